using System.Text;
using System.Text.Json;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Rbac;

/// <summary>All argument rules of one rule, as a tree of paths that is held against a call's arguments.</summary>
/// <remarks>
/// Reads the bytes where they lie. A key that only looks like one of ours, another type, a repeated key: all are
/// <see cref="Match.Doubt"/>, since a server may read them so or so.
/// </remarks>
internal sealed class ArgumentTree
{
    /// <summary>More conditions than this in one rule are a fault of the configuration.</summary>
    public const int ConditionsMax = 64;

    private const int StepsOfKey = 8;

    private readonly Node _root;

    private ArgumentTree(Node root) => _root = root;

    /// <param name="rules">Path → rule, all without fault.</param>
    /// <param name="isDeny">Whether one element of an array is enough, rather than all needed.</param>
    public static ArgumentTree? Compile(IReadOnlyDictionary<string, ArgumentRule> rules, bool isDeny)
    {
        var root = new Node("", isDeny);
        foreach (var (path, rule) in rules)
        {
            var node = root;
            foreach (var step in ArgumentPath.Read(path, out _) ?? [])
            {
                node = step == ArgumentPath.EveryElement ? node.ForElements() : node.ForMember(step[1..]);
            }

            node.Test = new ValueTest(rule);
        }

        return rules.Count == 0 ? null : new ArgumentTree(root);
    }

    /// <param name="arguments">The UTF-8 JSON of <c>params.arguments</c>; empty where none was given.</param>
    /// <param name="stepsLeft">How much may still be looked at; beyond it there is doubt.</param>
    public Match Test(ReadOnlySpan<byte> arguments, ref long stepsLeft)
    {
        stepsLeft -= arguments.Length;
        if (stepsLeft < 0)
        {
            return Match.Doubt;
        }

        if (arguments.IsEmpty)
        {
            return _root.OfMissing();
        }

        try
        {
            var reader = new Utf8JsonReader(arguments, new JsonReaderOptions { MaxDepth = StrictJson.DepthMax });
            reader.Read();
            return reader.TokenType == JsonTokenType.Null ? _root.OfMissing() : _root.OfValue(reader, ref stepsLeft);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Too deep, no JSON, or half a surrogate pair: nobody knows what a server makes of it.
            return Match.Doubt;
        }
    }

    private sealed class Node(string key, bool isDeny)
    {
        private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(key);
        private readonly string _folded = string.Concat(key.Select(Folding.Fold));
        private readonly List<Node> _members = [];
        private Node? _elements;
        private int _longestBytes;

        public ValueTest? Test { get; set; }

        public Node ForElements() => _elements ??= new Node("", isDeny);

        public Node ForMember(string name)
        {
            if (_members.Find(member => member.Key == name) is not { } known)
            {
                known = new Node(name, isDeny);
                _members.Add(known);

                // Folding keeps the count of UTF-16 units, none of which takes more than three bytes.
                _longestBytes = Math.Max(_longestBytes, 3 * name.Length);
            }

            return known;
        }

        private string Key => key;

        public Match OfMissing()
        {
            var result = Test?.OfMissing ?? Match.Yes;
            foreach (var member in _members)
            {
                result = Least(result, member.OfMissing());
            }

            return _elements is null ? result : Least(result, _elements.OfMissing());
        }

        // The reader stands on the value's first token; a copy, so that the caller's goes on by itself.
        public Match OfValue(Utf8JsonReader reader, ref long stepsLeft)
        {
            var result = Test?.Test(in reader, ref stepsLeft) ?? Match.Yes;
            if (_members.Count > 0)
            {
                var isObject = reader.TokenType == JsonTokenType.StartObject;
                result = Least(result, isObject ? OfMembers(reader, ref stepsLeft) : Match.Doubt);
            }

            if (_elements is not null)
            {
                var isArray = reader.TokenType == JsonTokenType.StartArray;
                result = Least(result, isArray ? OfElements(reader, ref stepsLeft) : Match.Doubt);
            }

            return result;
        }

        private Match OfMembers(Utf8JsonReader reader, ref long stepsLeft)
        {
            // Of each member, one more than its result; 0 where it has not been seen.
            Span<byte> seen = stackalloc byte[ConditionsMax];
            seen.Clear();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                stepsLeft -= StepsOfKey * (1 + _members.Count);
                if (stepsLeft < 0)
                {
                    return Match.Doubt;
                }

                var at = FindMember(in reader, out var isExact);
                reader.Read();
                if (at >= 0)
                {
                    var match = isExact && seen[at] == 0 ? _members[at].OfValue(reader, ref stepsLeft) : Match.Doubt;
                    seen[at] = (byte)(match + 1);
                }

                reader.Skip();
            }

            var result = Match.Yes;
            for (var i = 0; i < _members.Count; i++)
            {
                result = Least(result, seen[i] == 0 ? _members[i].OfMissing() : (Match)(seen[i] - 1));
            }

            return result;
        }

        private Match OfElements(Utf8JsonReader reader, ref long stepsLeft)
        {
            var result = isDeny ? Match.No : Match.Yes;
            var isEmpty = true;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                isEmpty = false;
                var match = _elements!.OfValue(reader, ref stepsLeft);
                result = isDeny ? (Match)Math.Max((int)result, (int)match) : Least(result, match);
                reader.Skip();
            }

            return isEmpty ? _elements!.OfMissing() : result;
        }

        // The member with the key that the reader stands on, or that it could be taken for.
        private int FindMember(ref readonly Utf8JsonReader reader, out bool isExact)
        {
            for (var i = 0; i < _members.Count; i++)
            {
                if (reader.ValueTextEquals(_members[i]._utf8))
                {
                    isExact = true;
                    return i;
                }
            }

            isExact = false;
            return FindLookAlike(in reader);
        }

        private int FindLookAlike(ref readonly Utf8JsonReader reader)
        {
            if (!reader.ValueIsEscaped && reader.ValueSpan.Length > _longestBytes)
            {
                return -1;
            }

            var length = reader.ValueSpan.Length;
            var room = length <= 512 ? stackalloc char[512] : new char[length];
            var text = room[..reader.CopyString(room)];
            var folded = text[..ProtocolKeys.Fold(text, text)];
            for (var i = 0; i < _members.Count; i++)
            {
                if (folded.SequenceEqual(_members[i]._folded))
                {
                    return i;
                }
            }

            return -1;
        }

        private static Match Least(Match left, Match right) => left < right ? left : right;
    }
}
