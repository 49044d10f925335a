using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Recording;

/// <summary>Hands each read on as it comes, after a look at its bytes: nothing is delayed, merged or kept.</summary>
internal sealed class ObservedStream(Stream inner, McpExchange exchange, ResponseObserver? observer) : Stream
{
    private Answer? _unmatchedError;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    // The forwarder reads into no buffer at all first, to wait without holding one; that passes through here as well.
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            Watch(buffer.Span[..count]);
        }
        else if (!buffer.IsEmpty && exchange.Answer is null)
        {
            // The end, and no message for this call: an error that names no request is then its answer.
            exchange.Answer = _unmatchedError;
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Watch(ReadOnlySpan<byte> bytes)
    {
        exchange.ResponseBytes += bytes.Length;
        while (observer is not null && exchange.Answer is null && observer.TryRead(ref bytes))
        {
            if (observer.Id.Is(exchange.Message!.Id!))
            {
                exchange.Answer = observer.ToAnswer();
                exchange.AnsweredUs = exchange.ElapsedUs;
            }
            else if (observer.IsErrorWithoutId)
            {
                _unmatchedError = observer.ToAnswer();
            }
        }
    }
}
