using System.Text;
using Sentinel.Gateway.Management.Viewers;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Writes an answer that goes on: an event stream for a page, or a file.</summary>
/// <remarks>A viewer whose line takes nothing for a minute is cut off: it holds a place that others wait for.
/// So is one whose session has ended: each part asks anew whether it holds.</remarks>
internal sealed class LongAnswer(ApiRequest request, ViewerSessions sessions, TimeSpan stallMax) : IDisposable
{
    private readonly HttpContext _context = request.Context;
    private readonly CancellationTokenSource _stalled =
        CancellationTokenSource.CreateLinkedTokenSource(request.Cancelled);

    /// <summary>Begins an event stream; the headers leave at once.</summary>
    public Task BeginEventsAsync()
    {
        _context.Response.ContentType = "text/event-stream";
        _context.Response.Headers.CacheControl = "no-store";
        _context.Response.Headers["X-Accel-Buffering"] = "no";
        Write(":\n\n");
        return FlushAsync();
    }

    /// <summary>Keeps the line open where nothing happens.</summary>
    public void Comment() => Write(":\n\n");

    /// <param name="name">What it is.</param>
    /// <param name="json">JSON on one line.</param>
    public void Event(string name, string json) => Write($"event: {name}\ndata: {json}\n\n");

    public void Write(string text) => Encoding.UTF8.GetBytes(text, _context.Response.BodyWriter);

    /// <exception cref="OperationCanceledException">
    /// Cancelled, the session ended, or the line takes nothing.
    /// </exception>
    public async Task FlushAsync()
    {
        if (!sessions.Holds(request.Viewer))
        {
            throw new OperationCanceledException(request.Viewer.Ended);
        }

        _stalled.CancelAfter(stallMax);
        await _context.Response.BodyWriter.FlushAsync(_stalled.Token);
        _stalled.CancelAfter(Timeout.InfiniteTimeSpan);
        request.Cancelled.ThrowIfCancellationRequested();
    }

    public void Dispose() => _stalled.Dispose();
}
