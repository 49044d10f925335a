using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>A backend's content that breaks off when its call has taken too long as a whole.</summary>
internal sealed class LimitedContent : WatchedContent
{
    private readonly CancellationTokenSource _limit;

    /// <param name="inner">The content.</param>
    /// <param name="limit">
    /// Cancelled then; linked with the token of whoever reads. Disposed of with the content or its stream.
    /// </param>
    public LimitedContent(HttpContent inner, CancellationTokenSource limit)
        : base(inner)
    {
        _limit = limit;

        // Unlike other watchers it comes before the headers have been copied to the client.
        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Stream Watch(Stream stream) => new LimitedStream(stream, _limit);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _limit.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class LimitedStream(Stream inner, CancellationTokenSource limit) : WatchedStream(inner)
    {
        private readonly Stream _inner = inner;
        private readonly CancellationToken _limit = limit.Token;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = _inner.ReadAsync(buffer, _limit);
            return read.IsCompletedSuccessfully ? read : FinishAsync(read, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                limit.Dispose();
            }

            base.Dispose(disposing);
        }

        private async ValueTask<int> FinishAsync(ValueTask<int> read, CancellationToken cancellationToken)
        {
            try
            {
                return await read;
            }
            catch (OperationCanceledException) when (
                _limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new BackendTimeoutException(TimeLimit.Total);
            }
        }
    }
}
