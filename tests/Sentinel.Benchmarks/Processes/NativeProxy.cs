using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Sentinel.Benchmarks.Load;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Processes;

/// <summary>nginx or HAProxy, with a configuration of ours in a folder of its own.</summary>
/// <remarks>
/// It hangs on a shell that reads from this process: however this process ends, the shell's input ends with it, and the
/// shell ends the proxy. What it logs to stdout goes to /dev/null, in its favour.
/// </remarks>
internal sealed class NativeProxy : IAsyncDisposable
{
    private const string Supervise =
        "\"$@\" </dev/null >/dev/null & child=$!; read -r _; kill -TERM $child; wait $child";

    private readonly TemporaryFolder _folder;
    private readonly ChildProcess _shell;

    private NativeProxy(TemporaryFolder folder, ChildProcess shell, int port)
    {
        _folder = folder;
        _shell = shell;
        Url = new Uri($"http://127.0.0.1:{port}/");
    }

    public Uri Url { get; }

    /// <summary>The proxy's own processes, its workers among them.</summary>
    public IReadOnlyList<int> Pids => ProcessStat.Descendants(_shell.Id);

    /// <summary>The program of that name, or null.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    public static Task<NativeProxy> StartNginxAsync(Uri backend) => StartAsync(
        "nginx.conf",
        [],
        (folder, config) => [Find("nginx")!, "-p", folder, "-e", "stderr", "-c", config],
        new() { ["BACKEND"] = backend.Authority });

    /// <param name="backend">Where calls go.</param>
    /// <param name="issuer">What <c>iss</c> must be.</param>
    /// <param name="audience">What <c>aud</c> must be.</param>
    /// <param name="pem">The key that tokens are signed with.</param>
    /// <param name="tools">What may be called.</param>
    public static Task<NativeProxy> StartHaProxyAsync(
        Uri backend,
        string issuer,
        string audience,
        string pem,
        IEnumerable<string> tools) => StartAsync(
        "haproxy.cfg",
        [("issuer.pem", pem), ("tools.lst", string.Join('\n', tools) + "\n")],
        (_, config) => [Find("haproxy")!, "-db", "-f", config],
        new() { ["BACKEND"] = backend.Authority, ["ISSUER"] = issuer, ["AUDIENCE"] = audience });

    public async ValueTask DisposeAsync()
    {
        await _shell.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<NativeProxy> StartAsync(
        string template,
        (string Name, string Text)[] files,
        Func<string, string, string[]> command,
        Dictionary<string, string> settings)
    {
        var folder = new TemporaryFolder();
        ChildProcess? shell = null;
        try
        {
            foreach (var (name, text) in files)
            {
                await File.WriteAllTextAsync(folder.File(name), text);
            }

            var port = FreePort.Take();
            settings["PORT"] = port.ToString(CultureInfo.InvariantCulture);
            settings["FOLDER"] = folder.Path;
            settings["ROUTE"] = ToolCallBytes.Backend;
            await File.WriteAllTextAsync(folder.File(template), Fill(Template(template), settings));
            shell = ChildProcess.Start("sh", ["-c", Supervise, "sh", .. command(folder.Path, folder.File(template))]);
            await Eventually.TrueAsync(() => IsListeningAsync(port), $"{template} is served");
            return new NativeProxy(folder, shell, port);
        }
        catch (Exception exception)
        {
            var output = shell?.Output;
            await (shell?.DisposeAsync() ?? ValueTask.CompletedTask);
            folder.Dispose();
            throw new InvalidOperationException($"{template} is not served:\n{output}", exception);
        }
    }

    private static string Template(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Fill(string template, Dictionary<string, string> settings) =>
        settings.Aggregate(
            template,
            (text, setting) => text.Replace($"@{setting.Key}@", setting.Value, StringComparison.Ordinal));

    private static async Task<bool> IsListeningAsync(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
