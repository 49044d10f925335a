namespace Sentinel.Gateway.Mcp;

/// <summary>
/// Finds a line <c>event: endpoint</c> in what follows a stream's first event: there it must not be, for it would lead
/// the client elsewhere.
/// </summary>
internal struct EndpointEventGuard
{
    private const int LineBytesMax = 16;

    private LineStart _start;
    private int _length;

    /// <summary>Looks at the next bytes.</summary>
    /// <returns>How many of them are before the line's end; all of them where no such line ends here.</returns>
    public int Scan(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var end = bytes[at..].IndexOfAny((byte)'\r', (byte)'\n');
            var line = end < 0 ? bytes[at..] : bytes.Slice(at, end);
            for (var i = 0; i < line.Length && _length <= LineBytesMax; i++)
            {
                _start[Math.Min(_length++, LineBytesMax - 1)] = line[i];
            }

            if (end < 0)
            {
                break;
            }

            if (IsEndpoint())
            {
                return at + end;
            }

            _length = 0;
            at += end + 1;
        }

        return bytes.Length;
    }

    private readonly bool IsEndpoint()
    {
        if (_length > LineBytesMax)
        {
            return false;
        }

        var line = ((ReadOnlySpan<byte>)_start)[.._length];
        return line.SequenceEqual("event: endpoint"u8) || line.SequenceEqual("event:endpoint"u8);
    }

    [System.Runtime.CompilerServices.InlineArray(LineBytesMax)]
    private struct LineStart
    {
        private byte _first;
    }
}
