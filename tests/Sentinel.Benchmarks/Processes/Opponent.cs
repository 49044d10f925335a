using System.Text.RegularExpressions;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Processes;

/// <summary>A child process of this program's own other verbs.</summary>
internal sealed partial class Opponent : IAsyncDisposable
{
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

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    [GeneratedRegex(@"Listening on (?<url>\S+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ListeningLine();
}
