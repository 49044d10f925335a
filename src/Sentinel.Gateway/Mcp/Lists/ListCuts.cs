namespace Sentinel.Gateway.Mcp.Lists;

/// <summary>What is taken out of an answer, or put in another's place; nothing of it overlaps.</summary>
internal sealed class ListCuts
{
    private readonly List<Cut> _cuts = [];

    /// <summary>Takes bytes out.</summary>
    public void Remove(int start, int end) => _cuts.Add(new Cut(start, end, IsScope: false));

    /// <summary>Puts <c>"private"</c> in the place of a <c>cacheScope</c>.</summary>
    public void MakePrivate(int start, int end) => _cuts.Add(new Cut(start, end, IsScope: true));

    /// <param name="head">What stands before the text and stays.</param>
    /// <param name="text">What the places refer to.</param>
    public byte[] Write(ReadOnlySpan<byte> head, ReadOnlySpan<byte> text)
    {
        // A scope may stand before its list, and several lists in one answer.
        _cuts.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        var length = head.Length + text.Length;
        foreach (var cut in _cuts)
        {
            length -= cut.End - cut.Start - cut.Replacement.Length;
        }

        var edited = new byte[length];
        head.CopyTo(edited);
        var rest = edited.AsSpan(head.Length);
        var at = 0;
        foreach (var cut in _cuts)
        {
            text[at..cut.Start].CopyTo(rest);
            rest = rest[(cut.Start - at)..];
            cut.Replacement.CopyTo(rest);
            rest = rest[cut.Replacement.Length..];
            at = cut.End;
        }

        text[at..].CopyTo(rest);
        return edited;
    }

    private readonly record struct Cut(int Start, int End, bool IsScope)
    {
        public ReadOnlySpan<byte> Replacement => IsScope ? "\"private\""u8 : default;
    }
}
