using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Sentinel.Tests.Shared;

/// <summary>
/// A process of a test's own. Its output is kept and part of every failure's message; disposing ends it in any state.
/// Its stdin stays open until it is disposed, so a child that watches it ends even when the test host is killed.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int LinesMax = 20_000;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();
    private readonly List<LineWait> _waits = [];
    private readonly Process _process;
    private readonly string _commandLine;
    private int _openStreams = 2;

    private ChildProcess(ProcessStartInfo startInfo)
    {
        _commandLine = $"{startInfo.FileName} {string.Join(' ', startInfo.ArgumentList)}";
        _process = new Process { StartInfo = startInfo };
        _process.OutputDataReceived += (_, line) => Receive(line.Data, prefix: "");
        _process.ErrorDataReceived += (_, line) => Receive(line.Data, prefix: "stderr: ");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The lines written so far, those of stderr marked as such.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public string Output => string.Join('\n', Lines);

    /// <summary>Runs an assembly with the <c>dotnet</c> that runs the tests.</summary>
    public static ChildProcess StartDotnet(
        string assemblyPath,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null
    )
    {
        if (!File.Exists(assemblyPath))
        {
            throw new FileNotFoundException($"Build it first: {assemblyPath}", assemblyPath);
        }

        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        if (!OperatingSystem.IsLinux())
        {
            return Start(dotnet, [assemblyPath, .. arguments], environment, workingDirectory);
        }

        // A shell that runs the tests in the background has them, and so their children, ignore SIGINT.
        return Start("env", ["--default-signal=INT", dotnet, assemblyPath, .. arguments], environment, workingDirectory);
    }

    /// <summary>
    /// Runs an executable in this process' environment with the changes in <paramref name="environment"/>:
    /// null removes a variable.
    /// </summary>
    public static ChildProcess Start(
        string executable,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null
    )
    {
        var startInfo = new ProcessStartInfo(executable, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            startInfo.Environment[name] = value;
        }

        return new ChildProcess(startInfo);
    }

    /// <summary>
    /// The first line, past or coming, that <paramref name="condition"/> accepts.
    /// Fails at the deadline, or when the output ends without it.
    /// </summary>
    public async Task<string> WaitForLineAsync(
        Func<string, bool> condition,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    )
    {
        var wait = new LineWait(condition);
        lock (_lock)
        {
            if (_lines.FirstOrDefault(condition) is { } past)
            {
                return past;
            }

            if (_openStreams == 0)
            {
                throw Failure("ended without the line that was waited for");
            }

            _waits.Add(wait);
        }

        try
        {
            return await wait.Found.Task.WaitAsync(deadline ?? Deadline.Default, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Failure($"did not write the line that was waited for in {deadline ?? Deadline.Default}");
        }
        finally
        {
            lock (_lock)
            {
                _waits.Remove(wait);
            }
        }
    }

    /// <summary>The first match of <paramref name="pattern"/> in a line.</summary>
    public async Task<Match> WaitForMatchAsync(
        Regex pattern,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => pattern.Match(await WaitForLineAsync(pattern.IsMatch, deadline, cancellationToken));

    /// <summary>Asks the process to end (SIGTERM).</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Asks the process to end as Ctrl+C does (SIGINT).</summary>
    public Task InterruptAsync() => SignalAsync("INT");

    /// <summary>Ends the process where it stands (SIGKILL).</summary>
    public Task KillAsync() => SignalAsync("KILL");

    /// <summary>Freezes the process (SIGSTOP): it keeps its sockets and answers nothing.</summary>
    public Task SuspendAsync() => SignalAsync("STOP");

    /// <summary>Lets a frozen process go on (SIGCONT).</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>The exit code, once the process has ended and all of its output is here.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        try
        {
            var limit = deadline ?? Deadline.Default;
            await _process.WaitForExitAsync(cancellationToken).WaitAsync(limit, cancellationToken);
            return _process.ExitCode;
        }
        catch (TimeoutException)
        {
            throw Failure($"did not end within {deadline ?? Deadline.Default}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // SIGKILL, because it also ends a process that is frozen or that ignores SIGTERM.
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        if (_process.HasExited)
        {
            throw Failure($"had ended before it could be sent SIG{signal}");
        }

        using var kill = Process.Start("kill", [$"-{signal}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private void Receive(string? line, string prefix)
    {
        lock (_lock)
        {
            if (line is null)
            {
                EndStream();
                return;
            }

            if (_lines.Count == LinesMax)
            {
                _lines.Dequeue();
            }

            var marked = prefix + line;
            _lines.Enqueue(marked);
            foreach (var wait in _waits.Where(wait => wait.Condition(marked)))
            {
                wait.Found.TrySetResult(marked);
            }
        }
    }

    private void EndStream()
    {
        _openStreams--;
        foreach (var wait in _openStreams == 0 ? _waits : [])
        {
            wait.Found.TrySetException(Failure("ended without the line that was waited for"));
        }
    }

    private InvalidOperationException Failure(string what) =>
        new($"{_commandLine}\n{what}. Its output:\n{Output}");

    private sealed record LineWait(Func<string, bool> Condition)
    {
        // Asynchronous, because the result is set while the lock is held.
        public TaskCompletionSource<string> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
