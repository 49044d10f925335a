using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>A backend's content that breaks off when its call has taken too long as a whole.</summary>
internal sealed class LimitedContent : WatchedContent
{
    private readonly CancellationTokenSource _limit;
    private readonly CancellationToken _caller;

    /// <param name="inner">The content.</param>
    /// <param name="limit">
    /// Cancelled then, and with <paramref name="caller"/>. Disposed of with the content or its stream.
    /// </param>
    /// <param name="caller">The token of the request, with which the forwarder reads its answer.</param>
    public LimitedContent(HttpContent inner, CancellationTokenSource limit, CancellationToken caller)
        : base(inner)
    {
        _limit = limit;
        _caller = caller;

        // Unlike other watchers it comes before the headers have been copied to the client.
        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Stream Watch(Stream stream) => new LimitedStream(stream, _limit, _caller);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _limit.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class LimitedStream(Stream inner, CancellationTokenSource limit, CancellationToken caller)
        : WatchedStream(inner)
    {
        private readonly Stream _inner = inner;
        private readonly CancellationToken _limit = limit.Token;
        private CancellationTokenSource? _linked;
        private CancellationToken _linkedWith;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = _inner.ReadAsync(buffer, WithLimit(cancellationToken));
            return read.IsCompletedSuccessfully ? read : FinishAsync(read, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _linked?.Dispose();
                limit.Dispose();
            }

            base.Dispose(disposing);
        }

        // Whoever watches the answer reads with a token that ends it early; with one and the same from then on.
        private CancellationToken WithLimit(CancellationToken cancellationToken)
        {
            if (cancellationToken == caller || !cancellationToken.CanBeCanceled)
            {
                return _limit;
            }

            if (_linked is null || _linkedWith != cancellationToken)
            {
                _linked?.Dispose();
                _linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _limit);
                _linkedWith = cancellationToken;
            }

            return _linked.Token;
        }

        private async ValueTask<int> FinishAsync(ValueTask<int> read, CancellationToken cancellationToken)
        {
            try
            {
                return await read;
            }
            catch (OperationCanceledException) when (
                _limit.IsCancellationRequested
                && !caller.IsCancellationRequested
                && !cancellationToken.IsCancellationRequested)
            {
                throw new BackendTimeoutException(TimeLimit.Total);
            }
        }
    }
}
