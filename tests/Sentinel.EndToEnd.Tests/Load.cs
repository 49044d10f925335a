using System.Collections.Concurrent;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Many calls at once, each one's end kept.</summary>
internal sealed class Load(Uri url)
{
    /// <summary>The ids of the calls that were answered in full with 200.</summary>
    public ConcurrentQueue<string> Answered { get; } = new();

    /// <summary>What became of the others.</summary>
    public ConcurrentQueue<string> Failed { get; } = new();

    /// <summary>Makes so many calls over so many connections.</summary>
    public Task RunAsync(int calls, int connections)
    {
        var started = 0;
        return RunAsync(connections, () => Interlocked.Increment(ref started) <= calls);
    }

    /// <summary>Goes on calling until it is told to stop.</summary>
    public Task RunUntilAsync(int connections, CancellationToken stop) =>
        RunAsync(connections, () => !stop.IsCancellationRequested);

    /// <summary>Returns once that many calls more have been answered.</summary>
    public async Task MoreAsync(int calls)
    {
        var target = Answered.Count + calls;
        await Eventually.TrueAsync(() => Answered.Count >= target, $"{target} calls answered");
    }

    private Task RunAsync(int connections, Func<bool> goesOn) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            while (goesOn())
            {
                await CallAsync();
            }
        }));

    private async Task CallAsync()
    {
        try
        {
            var reply = await Rpc.CallAsync(url, Servers.TesterKey, "echo", """{"text":"load"}""");
            if (reply is { Status: 200, IsWhole: true, RequestId: { } id })
            {
                Answered.Enqueue(id);
            }
            else
            {
                Failed.Enqueue($"HTTP {reply.Status} {reply.Text}");
            }
        }
        catch (HttpRequestException exception)
        {
            Failed.Enqueue(exception.Message);
        }
    }
}
