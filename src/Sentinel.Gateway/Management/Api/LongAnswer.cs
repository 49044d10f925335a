using System.Text;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Writes an answer that goes on: an event stream for a page, or a file.</summary>
/// <remarks>A viewer whose line takes nothing for a minute is cut off: it holds a place that others wait for.</remarks>
internal sealed class LongAnswer(HttpContext context, CancellationToken cancelled) : IDisposable
{
    private static readonly TimeSpan StallMax = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stalled = CancellationTokenSource.CreateLinkedTokenSource(cancelled);

    /// <summary>Begins an event stream; the headers leave at once.</summary>
    public Task BeginEventsAsync()
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        Write(":\n\n");
        return FlushAsync();
    }

    /// <summary>Keeps the line open where nothing happens.</summary>
    public void Comment() => Write(":\n\n");

    /// <param name="name">What it is.</param>
    /// <param name="json">JSON on one line.</param>
    public void Event(string name, string json) => Write($"event: {name}\ndata: {json}\n\n");

    public void Write(string text) => Encoding.UTF8.GetBytes(text, context.Response.BodyWriter);

    /// <exception cref="OperationCanceledException">Cancelled, or the line takes nothing.</exception>
    public async Task FlushAsync()
    {
        _stalled.CancelAfter(StallMax);
        await context.Response.BodyWriter.FlushAsync(_stalled.Token);
        _stalled.CancelAfter(Timeout.InfiniteTimeSpan);
        cancelled.ThrowIfCancellationRequested();
    }

    public void Dispose() => _stalled.Dispose();
}
