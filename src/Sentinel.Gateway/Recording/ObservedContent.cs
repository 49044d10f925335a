using System.Net;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Recording;

/// <summary>A backend's content whose bytes are watched as the forwarder reads them.</summary>
internal sealed class ObservedContent(HttpContent inner, McpExchange exchange, ResponseObserver? observer) : HttpContent
{
    protected override async Task<Stream> CreateContentReadStreamAsync() =>
        new ObservedStream(await inner.ReadAsStreamAsync(), exchange, observer);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new ObservedStream(await inner.ReadAsStreamAsync(cancellationToken), exchange, observer);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        throw new NotSupportedException("The forwarder reads answers as streams.");

    protected override bool TryComputeLength(out long length)
    {
        length = inner.Headers.ContentLength ?? 0;
        return inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
