using System.Collections.Frozen;

namespace Sentinel.Gateway.Rbac;

/// <summary>Finds, among many patterns, those that match a text, without trying each.</summary>
/// <remarks>
/// Literals are looked up whole. A pattern that begins with plain characters is looked up by as many of them as the
/// largest power of two allows, one that only ends with plain ones by its end; few are left to be tried always.
/// </remarks>
internal sealed class PatternMap<T>
{
    private const int AffixCharsMax = 64;

    private readonly FrozenDictionary<string, Entry[]>.AlternateLookup<ReadOnlySpan<char>> _literals;
    private readonly Affixes[] _affixes;
    private readonly Entry[] _rest;
    private readonly bool _hasLiterals;

    public PatternMap(IEnumerable<(string Pattern, T Value)> patterns)
    {
        var entries = patterns.Select(p => new Entry(p.Pattern, p.Value)).ToList();
        _literals = ByKey(entries.Where(entry => entry.IsLiteral), entry => entry.Pattern);
        _hasLiterals = entries.Exists(entry => entry.IsLiteral);
        var globs = entries.Where(entry => !entry.IsLiteral).ToList();
        var prefixed = globs.Where(entry => entry.Prefix > 0).ToList();
        var suffixed = globs.Where(entry => entry.Prefix == 0 && entry.Suffix > 0).ToList();
        _affixes =
        [
            .. prefixed.GroupBy(entry => entry.Prefix).Select(group => new Affixes(
                group.Key, true, ByKey(group, entry => entry.Pattern[..entry.Prefix]))),
            .. suffixed.GroupBy(entry => entry.Suffix).Select(group => new Affixes(
                group.Key, false, ByKey(group, entry => entry.Pattern[^entry.Suffix..]))),
        ];
        _rest = [.. globs.Where(entry => entry.Prefix == 0 && entry.Suffix == 0)];
        Values = [.. entries.Select(entry => entry.Value)];
    }

    /// <summary>What every pattern stands for.</summary>
    public IReadOnlyList<T> Values { get; }

    /// <summary>What the matching patterns stand for, in no particular order.</summary>
    public Enumerator Matching(ReadOnlySpan<char> text) => new(this, text);

    private static FrozenDictionary<string, Entry[]>.AlternateLookup<ReadOnlySpan<char>> ByKey(
        IEnumerable<Entry> entries,
        Func<Entry, string> key) =>
        entries.GroupBy(key, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    // Where the keys of a step lie: in the first or last so many characters.
    private sealed record Affixes(
        int Length,
        bool IsPrefix,
        FrozenDictionary<string, Entry[]>.AlternateLookup<ReadOnlySpan<char>> Entries);

    private sealed class Entry(string pattern, T value)
    {
        public string Pattern => pattern;

        public T Value => value;

        public bool IsLiteral { get; } = Glob.IsLiteralText(pattern);

        public int Prefix { get; } = PowerOfTwo(pattern.AsSpan().IndexOfAny('*', '?'));

        public int Suffix { get; } = PowerOfTwo(pattern.Length - 1 - pattern.AsSpan().LastIndexOfAny('*', '?'));

        private static int PowerOfTwo(int length) =>
            length <= 0 ? 0 : Math.Min(AffixCharsMax, 1 << System.Numerics.BitOperations.Log2((uint)length));
    }

    internal ref struct Enumerator(PatternMap<T> map, ReadOnlySpan<char> text)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private Entry[] _entries = [];
        private int _at = -1;
        private int _step = -1;

        public readonly T Current => _entries[_at].Value;

        public readonly Enumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (true)
            {
                while (++_at < _entries.Length)
                {
                    if (_entries[_at].IsLiteral || new Glob(_entries[_at].Pattern).Matches(_text))
                    {
                        return true;
                    }
                }

                if (!NextStep())
                {
                    return false;
                }
            }
        }

        private bool NextStep()
        {
            _at = -1;
            _entries = [];
            _step++;
            if (_step == 0)
            {
                if (map._hasLiterals && map._literals.TryGetValue(_text, out var literal))
                {
                    _entries = literal;
                }

                return true;
            }

            if (_step <= map._affixes.Length)
            {
                var affixes = map._affixes[_step - 1];
                if (affixes.Length <= _text.Length && affixes.Entries.TryGetValue(
                    affixes.IsPrefix ? _text[..affixes.Length] : _text[^affixes.Length..], out var found))
                {
                    _entries = found;
                }

                return true;
            }

            if (_step > map._affixes.Length + 1)
            {
                return false;
            }

            _entries = map._rest;
            return true;
        }
    }
}
