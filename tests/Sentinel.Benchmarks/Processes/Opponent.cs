using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Processes;

/// <summary>A child process of this program's own other verbs.</summary>
internal sealed partial class Opponent : IAsyncDisposable
{
    private int _questions;

    private Opponent(ChildProcess process, Uri url)
    {
        Process = process;
        Url = url;
    }

    public ChildProcess Process { get; }

    public Uri Url { get; }

    public static async Task<Opponent> StartAsync(params string[] verb)
    {
        var process = ChildProcess.StartDotnet(typeof(Opponent).Assembly.Location, verb);
        try
        {
            var line = await process.WaitForMatchAsync(ListeningLine());
            return new Opponent(process, new Uri(line.Groups["url"].Value));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>The bytes that the process has allocated since it started.</summary>
    public async Task<double> AllocatedBytesAsync()
    {
        var answer = $"Allocated at {++_questions}: ";
        await Process.WriteLineAsync(_questions.ToString(CultureInfo.InvariantCulture));
        var line = await Process.WaitForLineAsync(line => line.StartsWith(answer, StringComparison.Ordinal));
        return double.Parse(line[answer.Length..], CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    [GeneratedRegex(@"Listening on (?<url>\S+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ListeningLine();
}
