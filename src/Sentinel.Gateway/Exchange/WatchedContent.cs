using System.Net;

namespace Sentinel.Gateway.Exchange;

/// <summary>A backend's content whose stream passes through one of ours on its way to the forwarder.</summary>
internal abstract class WatchedContent(HttpContent inner) : HttpContent
{
    protected abstract Stream Watch(Stream stream);

    protected override async Task<Stream> CreateContentReadStreamAsync() => Watch(await inner.ReadAsStreamAsync());

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        Watch(await inner.ReadAsStreamAsync(cancellationToken));

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
