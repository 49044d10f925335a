using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp.Lists;

namespace Sentinel.Gateway.Authorization.Lists;

/// <summary>A backend's event stream without the items that are not shown.</summary>
/// <param name="inner">The backend's stream.</param>
/// <param name="reader">Decides what passes.</param>
/// <param name="ended">Called once, when the stream has ended or is cut.</param>
internal sealed class ListEventStream(Stream inner, ListEventReader reader, Action<ListEventReader> ended)
    : WatchedStream(inner)
{
    private readonly Stream _inner = inner;
    private bool _isEnded;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (reader.Passable.IsEmpty && !_isEnded)
        {
            if (buffer.IsEmpty)
            {
                // The forwarder waits for bytes this way.
                return await _inner.ReadAsync(buffer, cancellationToken);
            }

            var count = await _inner.ReadAsync(buffer, cancellationToken);
            reader.Add(buffer.Span[..count]);
            if (count == 0)
            {
                reader.End();
            }

            if (count == 0 || reader.IsCut)
            {
                _isEnded = true;
                ended(reader);
            }
        }

        if (_isEnded && reader.IsCut && reader.Passable.IsEmpty)
        {
            throw new IOException("The stream brought a list that cannot be read without doubt.");
        }

        var length = Math.Min(buffer.Length, reader.Passable.Length);
        reader.Passable[..length].CopyTo(buffer.Span);
        reader.Pass(length);
        return length;
    }
}
