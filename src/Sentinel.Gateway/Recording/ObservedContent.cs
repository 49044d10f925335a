using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Recording;

/// <summary>A backend's content whose bytes are watched as the forwarder reads them.</summary>
internal sealed class ObservedContent(HttpContent inner, AnswerWatch watch) : WatchedContent(inner)
{
    protected override Stream Watch(Stream stream) => new ObservedStream(stream, watch);

    /// <summary>Hands each read on as it comes, after a look: nothing is delayed, merged or kept.</summary>
    private sealed class ObservedStream(Stream inner, AnswerWatch watch) : WatchedStream(inner)
    {
        private readonly Stream _inner = inner;

        // The forwarder reads into no buffer at all first, to wait without holding one; that passes through as well.
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default)
        {
            var count = await _inner.ReadAsync(buffer, cancellationToken);
            if (count > 0)
            {
                watch.Observe(buffer.Span[..count]);
            }
            else if (!buffer.IsEmpty)
            {
                watch.End();
            }

            return count;
        }
    }
}
