using System.Text;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Forwarding;

/// <summary>
/// Passes a server's event stream on as it comes, but for the <c>endpoint</c> event, which it has rewritten.
/// </summary>
/// <param name="inner">The backend's stream.</param>
/// <param name="rewrite">Makes the client's endpoint of the server's; null cuts the stream.</param>
internal sealed class EndpointEventStream(Stream inner, Func<string, string?> rewrite) : WatchedStream(inner)
{
    private readonly Stream _inner = inner;
    private EndpointEventReader? _reader = new();
    private EndpointEventGuard _guard;
    private ReadOnlyMemory<byte> _ready;
    private bool _isCut;

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        CancellationToken cancellationToken = default)
    {
        while (_ready.IsEmpty)
        {
            if (_isCut)
            {
                throw new IOException("The stream's endpoint event is none that a client of this gateway may follow.");
            }

            var count = await _inner.ReadAsync(buffer, cancellationToken);
            if (count == 0 && !buffer.IsEmpty && _reader is { } unfinished)
            {
                // An event without its end: no client acts on it.
                _reader = null;
                _ready = unfinished.Passable.ToArray();
                if (!_ready.IsEmpty)
                {
                    break;
                }
            }

            if (count == 0)
            {
                return 0;
            }

            if (_reader is null)
            {
                return Guard(buffer.Span[..count]);
            }

            Search(_reader, buffer.Span[..count]);
        }

        var length = Math.Min(buffer.Length, _ready.Length);
        _ready[..length].CopyTo(buffer);
        _ready = _ready[length..];
        return length;
    }

    // What is before a second endpoint event still passes; the event never gets its end.
    private int Guard(Span<byte> bytes)
    {
        var passed = _guard.Scan(bytes);
        if (passed == bytes.Length)
        {
            return passed;
        }

        _isCut = true;
        return passed > 0 ? passed : throw new IOException("The stream's endpoint event came again.");
    }

    private void Search(EndpointEventReader reader, ReadOnlySpan<byte> bytes)
    {
        reader.Add(bytes);
        var passable = reader.Passable.ToArray();
        switch (reader.State)
        {
            case EndpointSearch.Undecided:
                _ready = passable;
                reader.Pass();
                break;
            case EndpointSearch.Absent:
                _reader = null;
                _ready = passable.AsMemory(0, _guard.Scan(passable));
                _isCut = _ready.Length < passable.Length;
                break;
            case EndpointSearch.Found when rewrite(reader.Endpoint) is { } endpoint:
                _reader = null;
                var rewritten = Encoding.UTF8.GetBytes($"event: endpoint\ndata: {endpoint}\n\n");
                var rest = reader.Rest[.._guard.Scan(reader.Rest)];
                _isCut = rest.Length < reader.Rest.Length;
                _ready = (byte[])[.. passable, .. rewritten, .. rest];
                break;
            default:
                _isCut = true;
                _ready = passable;
                break;
        }
    }
}
