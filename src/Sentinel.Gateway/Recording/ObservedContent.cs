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
        private CancellationTokenSource? _linked;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (watch.StopToken is { CanBeCanceled: true } stop)
            {
                return ReadUntilStoppedAsync(buffer, stop, cancellationToken);
            }

            // The forwarder waits by reading into no buffer at all, so that what follows is mostly there already.
            var read = _inner.ReadAsync(buffer, cancellationToken);
            if (buffer.IsEmpty)
            {
                return read;
            }

            return read.IsCompletedSuccessfully
                ? ValueTask.FromResult(Look(buffer, read.Result))
                : LookAsync(buffer, read);
        }

        // Ends as if the server had ended it: a client that has seen event ids goes on elsewhere, which it would not do
        // so readily after an answer that broke off.
        private async ValueTask<int> ReadUntilStoppedAsync(
            Memory<byte> buffer,
            CancellationToken stop,
            CancellationToken cancellationToken)
        {
            if (stop.IsCancellationRequested)
            {
                return 0;
            }

            // The forwarder reads a whole answer with one token.
            _linked ??= CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stop);
            try
            {
                var count = await _inner.ReadAsync(buffer, _linked.Token);
                return buffer.IsEmpty ? count : Look(buffer, count);
            }
            catch (OperationCanceledException)
                when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return 0;
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _linked?.Dispose();
                watch.Dispose();
            }

            base.Dispose(disposing);
        }

        private async ValueTask<int> LookAsync(Memory<byte> buffer, ValueTask<int> read) => Look(buffer, await read);

        private int Look(Memory<byte> buffer, int count)
        {
            if (count > 0)
            {
                watch.Observe(buffer.Span[..count]);
            }
            else
            {
                watch.End();
            }

            return count;
        }
    }
}
