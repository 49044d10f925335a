namespace Sentinel.Benchmarks.Load;

/// <summary>Looks for a result and the call's id in a body that goes by in pieces, wherever they are cut.</summary>
internal sealed class AnswerCheck
{
    // Longer than either of what is looked for, so that what two pieces share is found in the ends of both.
    private const int EndBytes = 32;

    private const int IdBytes = 10;

    private readonly byte[] _id = [.. "\"id\":"u8, .. new byte[IdBytes]];
    private readonly byte[] _seam = new byte[2 * EndBytes];
    private int _carried;
    private bool _sawId;
    private bool _sawResult;

    public bool IsPassed => _sawId && _sawResult;

    public void Begin(ReadOnlySpan<byte> id)
    {
        id.CopyTo(_id.AsSpan(5));
        (_carried, _sawId, _sawResult) = (0, false, false);
    }

    public void Look(ReadOnlySpan<byte> piece)
    {
        if (IsPassed)
        {
            return;
        }

        Find(piece);
        if (_carried > 0)
        {
            var head = piece[..Math.Min(piece.Length, EndBytes)];
            head.CopyTo(_seam.AsSpan(_carried));
            Find(_seam.AsSpan(0, _carried + head.Length));
        }

        Carry(piece);
    }

    private void Find(ReadOnlySpan<byte> text)
    {
        _sawId = _sawId || text.IndexOf(_id) >= 0;
        _sawResult = _sawResult || text.IndexOf("\"result\":{"u8) >= 0;
    }

    // The last bytes of what has gone by; pieces may be shorter than those.
    private void Carry(ReadOnlySpan<byte> piece)
    {
        var tail = piece[Math.Max(0, piece.Length - EndBytes)..];
        var kept = Math.Min(_carried, EndBytes - tail.Length);
        _seam.AsSpan(_carried - kept, kept).CopyTo(_seam);
        tail.CopyTo(_seam.AsSpan(kept));
        _carried = kept + tail.Length;
    }
}
