using System.Buffers.Text;
using System.Text;

namespace Sentinel.Benchmarks.Load;

/// <summary>
/// Reads one HTTP/1.1 answer after the other from the pieces that a socket yields, and checks each: status 200, and a
/// result under the id that was asked for.
/// </summary>
internal sealed class AnswerReader(int bufferBytes)
{
    private readonly byte[] _buffer = new byte[bufferBytes];
    private readonly AnswerCheck _check = new();
    private int _end;
    private bool _isInBody;
    private bool _isChunked;

    // Of the body, or of the chunk; below 0, a chunk's line comes next.
    private long _left;

    // The line end behind a chunk, and whether that chunk was the empty one that ends the body.
    private int _leftOfLineEnd;
    private bool _isLast;

    /// <summary>Where the next piece goes.</summary>
    public Memory<byte> Free => _buffer.AsMemory(_end);

    /// <summary>The bytes of all bodies so far.</summary>
    public long BodyBytes { get; private set; }

    /// <summary>A new answer is expected, to the call with this id.</summary>
    public void Expect(ReadOnlySpan<byte> id)
    {
        _check.Begin(id);
        (_end, _isInBody, _leftOfLineEnd) = (0, false, 0);
    }

    /// <summary>Takes in so many bytes that were put into <see cref="Free"/>.</summary>
    /// <returns>Whether the answer is complete.</returns>
    /// <exception cref="InvalidOperationException">It is not the answer.</exception>
    public bool Take(int count)
    {
        if (count == 0)
        {
            throw new InvalidOperationException("The connection was closed.");
        }

        _end += count;
        var at = 0;
        if (!_isInBody && (at = TakeHead()) == 0)
        {
            return false;
        }

        var isComplete = _isChunked ? TakeChunks(ref at) : TakeBody(ref at);
        _buffer.AsSpan(at, _end - at).CopyTo(_buffer);
        _end -= at;
        return isComplete && !_check.IsPassed ? throw Failure("No result under the id") : isComplete;
    }

    /// <returns>Where the body begins; 0 while the head is not complete.</returns>
    private int TakeHead()
    {
        var answer = _buffer.AsSpan(0, _end);
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return _end < _buffer.Length ? 0 : throw Failure("A head too long");
        }

        if (!answer.StartsWith("HTTP/1.1 200 "u8))
        {
            throw Failure("Not 200");
        }

        var head = answer[..(end + 2)];
        var length = Value(head, "\r\ncontent-length: "u8);
        _isChunked = length.IsEmpty;
        if (_isChunked
            ? Value(head, "\r\ntransfer-encoding: chunked"u8).IsEmpty
            : !Utf8Parser.TryParse(length, out _left, out _))
        {
            throw Failure("Neither length nor chunks");
        }

        _left = _isChunked ? -1 : _left;
        _isInBody = true;
        return end + 4;
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        for (var rest = head; ;)
        {
            var line = rest.IndexOf("\r\n"u8);
            if (line < 0 || rest.Length - line < name.Length)
            {
                return default;
            }

            rest = rest[line..];
            if (Ascii.EqualsIgnoreCase(rest[..name.Length], name))
            {
                return rest[name.Length..];
            }

            rest = rest[2..];
        }
    }

    private bool TakeBody(ref int at)
    {
        TakePiece(ref at);
        return _left == 0;
    }

    private bool TakeChunks(ref int at)
    {
        while (at < _end)
        {
            if (_leftOfLineEnd > 0)
            {
                var skipped = Math.Min(_leftOfLineEnd, _end - at);
                at += skipped;
                _leftOfLineEnd -= skipped;
                if (_leftOfLineEnd == 0 && _isLast)
                {
                    return true;
                }

                _left = _leftOfLineEnd == 0 ? -1 : _left;
            }
            else if (_left < 0)
            {
                var line = _buffer.AsSpan(at, _end - at).IndexOf("\r\n"u8);
                if (line < 0)
                {
                    return false;
                }

                if (!Utf8Parser.TryParse(_buffer.AsSpan(at, line), out _left, out _, 'x'))
                {
                    throw Failure("Not a chunk");
                }

                at += line + 2;
                _isLast = _left == 0;
                _leftOfLineEnd = _isLast ? 2 : 0;
            }
            else
            {
                TakePiece(ref at);
                _leftOfLineEnd = _left == 0 ? 2 : 0;
            }
        }

        return false;
    }

    private void TakePiece(ref int at)
    {
        var piece = (int)Math.Min(_left, _end - at);
        _check.Look(_buffer.AsSpan(at, piece));
        at += piece;
        _left -= piece;
        BodyBytes += piece;
    }

    private InvalidOperationException Failure(string what) =>
        new($"{what}: {Encoding.UTF8.GetString(_buffer.AsSpan(0, Math.Min(_end, 2000)))}");
}
