using System.Numerics;

namespace Sentinel.Audit.Redaction;

/// <summary>Follows all paths at the same time through one document. Immutable; safe to share.</summary>
/// <remarks>
/// The steps of all paths stand in one row. A set of bits says which of them may come next in a container; its
/// members' and items' sets are made from it. Nothing is gone back over, however the document is nested.
/// </remarks>
internal sealed class RedactMatcher
{
    private const int WordBits = 64;

    private readonly Node[] _nodes;
    private readonly ulong[] _first;

    private RedactMatcher(Node[] nodes, ulong[] first)
    {
        _nodes = nodes;
        _first = first;
    }

    /// <summary>How many words one set takes.</summary>
    public int Words => _first.Length;

    /// <summary>What may come next directly under <c>$</c>.</summary>
    public ReadOnlySpan<ulong> First => _first;

    /// <returns>Null where there are no paths.</returns>
    public static RedactMatcher? Compile(IReadOnlyList<RedactPath> paths)
    {
        if (paths.Count == 0)
        {
            return null;
        }

        var nodes = new List<Node>();
        var starts = new List<int>();
        foreach (var path in paths)
        {
            starts.Add(nodes.Count);
            for (var i = 0; i < path.Steps.Count; i++)
            {
                nodes.Add(new Node(path.Steps[i], i == path.Steps.Count - 1));
            }
        }

        var first = new ulong[(nodes.Count + WordBits - 1) / WordBits];
        foreach (var start in starts)
        {
            Set(first, start);
        }

        return new RedactMatcher([.. nodes], first);
    }

    /// <summary>Goes from an object to one of its members.</summary>
    /// <param name="here">What may come next in the object.</param>
    /// <param name="key">The member's key as UTF-8, unescaped.</param>
    /// <param name="below">Is set to what may come next in the member's value.</param>
    /// <returns>Whether the value is to be hidden.</returns>
    public bool Enter(ReadOnlySpan<ulong> here, ReadOnlySpan<byte> key, Span<ulong> below) =>
        Enter(here, isItem: false, key, below);

    /// <summary>Goes from an array to one of its items.</summary>
    /// <inheritdoc cref="Enter(ReadOnlySpan{ulong}, ReadOnlySpan{byte}, Span{ulong})"/>
    public bool EnterItem(ReadOnlySpan<ulong> here, Span<ulong> below) => Enter(here, isItem: true, [], below);

    private bool Enter(ReadOnlySpan<ulong> here, bool isItem, ReadOnlySpan<byte> key, Span<ulong> below)
    {
        below.Clear();
        for (var word = 0; word < here.Length; word++)
        {
            for (var bits = here[word]; bits != 0; bits &= bits - 1)
            {
                var index = (word * WordBits) + BitOperations.TrailingZeroCount(bits);
                var node = _nodes[index];
                if (node.Kind == RedactStepKind.Below)
                {
                    Set(below, index);
                }

                var isMatch = isItem
                    ? node.Kind == RedactStepKind.Item
                    : node.Kind != RedactStepKind.Item && node.Matches(key);
                if (!isMatch)
                {
                    continue;
                }

                if (node.IsLast)
                {
                    return true;
                }

                Set(below, index + 1);
            }
        }

        return false;
    }

    private static void Set(Span<ulong> set, int index) => set[index / WordBits] |= 1UL << (index % WordBits);

    private sealed class Node(RedactStep step, bool isLast)
    {
        private readonly bool _isLiteral = KeyGlob.IsLiteral(step.Name);

        public RedactStepKind Kind => step.Kind;

        public bool IsLast => isLast;

        public bool Matches(ReadOnlySpan<byte> key) =>
            _isLiteral ? KeyGlob.Equals(step.Name, key) : KeyGlob.Matches(step.Name, key);
    }
}
