using System.Buffers;
using System.Text.Json;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Rbac;

/// <summary>What one argument has to be, compiled from an <see cref="ArgumentRule"/>.</summary>
internal sealed class ValueTest(ArgumentRule rule)
{
    /// <summary>Longest text, in UTF-8 bytes, that is held against a pattern.</summary>
    public const int TextBytesMax = 64 * 1024;

    // What turning to one takes, against one character compared.
    private const int StepsOfChoice = 16;

    private readonly Choice[] _values = [.. rule.Values.Select(value => new Choice(value, isPattern: true))];
    private readonly Choice[] _oneOf = [.. rule.OneOf.Select(value => new Choice(value, isPattern: false))];

    /// <summary>What it says of an argument that is not there.</summary>
    public Match OfMissing => rule.Absent || rule.Required == false ? Match.Yes : Match.No;

    /// <param name="reader">Stands on the value's first token.</param>
    /// <param name="stepsLeft">How much may still be looked at; beyond it there is doubt.</param>
    public Match Test(ref readonly Utf8JsonReader reader, ref long stepsLeft)
    {
        if (rule.Absent)
        {
            return reader.TokenType == JsonTokenType.Null ? Match.Doubt : Match.No;
        }

        var result = rule.Required == true && reader.TokenType == JsonTokenType.Null ? Match.Doubt : Match.Yes;
        result = Least(result, _values.Length == 0 ? Match.Yes : AnyOf(_values, in reader, ref stepsLeft));
        result = Least(result, _oneOf.Length == 0 ? Match.Yes : AnyOf(_oneOf, in reader, ref stepsLeft));
        result = Least(result, rule.Min is null ? Match.Yes : TestOrder(in reader, rule.Min, 1, ref stepsLeft));
        result = Least(result, rule.Max is null ? Match.Yes : TestOrder(in reader, rule.Max, -1, ref stepsLeft));
        return rule.MaxLength is null && rule.Regex is null
            ? result
            : Least(result, TestText(in reader, ref stepsLeft));
    }

    private static Match Least(Match left, Match right) => left < right ? left : right;

    private static Match AnyOf(Choice[] choices, ref readonly Utf8JsonReader reader, ref long stepsLeft)
    {
        var best = Match.No;
        var isOfType = false;
        foreach (var choice in choices)
        {
            stepsLeft -= StepsOfChoice + (choice.ReadsWhole(in reader) ? 2 * reader.ValueSpan.Length : 0);
            if (stepsLeft < 0)
            {
                return Match.Doubt;
            }

            if (choice.HasTypeOf(reader.TokenType))
            {
                isOfType = true;
                best = (Match)Math.Max((int)best, (int)choice.Test(in reader));
            }
            else if (best == Match.No && Coercion.IsPossible(in reader, choice.Value))
            {
                best = Match.Doubt;
            }

            if (best == Match.Yes)
            {
                break;
            }
        }

        return isOfType ? best : Match.Doubt;
    }

    private static Match TestOrder(
        ref readonly Utf8JsonReader reader,
        ArgumentValue bound,
        int sign,
        ref long stepsLeft)
    {
        stepsLeft -= reader.ValueSpan.Length;
        if (reader.TokenType != JsonTokenType.Number
            || stepsLeft < 0
            || JsonNumber.Compare(reader.ValueSpan, bound.Utf8) is not { } order)
        {
            return Match.Doubt;
        }

        return order == 0 || Math.Sign(order) == sign ? Match.Yes : Match.No;
    }

    private Match TestText(ref readonly Utf8JsonReader reader, ref long stepsLeft)
    {
        stepsLeft -= reader.ValueSpan.Length * (rule.Regex is null ? 1L : AnchoredRegex.StepsOfCharacter);
        if (reader.TokenType != JsonTokenType.String || stepsLeft < 0)
        {
            return Match.Doubt;
        }

        // A character takes six bytes at the most where it is escaped, so that what is far too long need not be read.
        var bytesMax = rule.Regex is not null ? TextBytesMax : Math.Max(TextBytesMax, rule.MaxLength ?? 0);
        if (reader.ValueSpan.Length > bytesMax)
        {
            return rule.Regex is null && reader.ValueSpan.Length / 12 > rule.MaxLength ? Match.No : Match.Doubt;
        }

        var rented = ArrayPool<char>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            var text = rented.AsSpan(0, reader.CopyString(rented));
            var isShort = rule.MaxLength is null || LengthOf(text) <= rule.MaxLength;
            return Least(isShort ? Match.Yes : Match.No, rule.Regex?.Test(text) ?? Match.Yes);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    private static int LengthOf(ReadOnlySpan<char> text)
    {
        var length = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            length++;
        }

        return length;
    }

    private sealed class Choice(ArgumentValue value, bool isPattern)
    {
        private readonly bool _isEverything = isPattern && value.Text == "*";
        private readonly bool _isPlain = !isPattern || Glob.IsLiteralText(value.Text);

        public ArgumentValue Value => value;

        /// <summary>Whether a long argument takes long, rather than being told apart by its length.</summary>
        public bool ReadsWhole(ref readonly Utf8JsonReader reader) =>
            !_isEverything && (value.Kind == JsonValueKind.Number || !_isPlain || reader.ValueIsEscaped);

        public bool HasTypeOf(JsonTokenType token) => (value.Kind, token) switch
        {
            (JsonValueKind.String, JsonTokenType.String) => true,
            (JsonValueKind.Number, JsonTokenType.Number) => true,
            (JsonValueKind.True or JsonValueKind.False, JsonTokenType.True or JsonTokenType.False) => true,
            (JsonValueKind.Null, JsonTokenType.Null) => true,
            _ => false,
        };

        public Match Test(ref readonly Utf8JsonReader reader) => value.Kind switch
        {
            JsonValueKind.String => TestText(in reader),
            JsonValueKind.Number =>
                JsonNumber.Compare(reader.ValueSpan, value.Utf8) is { } order
                    ? order == 0 ? Match.Yes : Match.No
                    : Match.Doubt,
            JsonValueKind.True => reader.TokenType == JsonTokenType.True ? Match.Yes : Match.No,
            JsonValueKind.False => reader.TokenType == JsonTokenType.False ? Match.Yes : Match.No,
            _ => Match.Yes,
        };

        private Match TestText(ref readonly Utf8JsonReader reader)
        {
            if (_isEverything || (_isPlain && reader.ValueTextEquals(value.Utf8)))
            {
                return Match.Yes;
            }

            if (reader.ValueSpan.Length > TextBytesMax)
            {
                return Match.Doubt;
            }

            // Folding keeps the count of UTF-16 units, none of which takes more than three bytes.
            if (_isPlain && !reader.ValueIsEscaped && reader.ValueSpan.Length > 3 * value.Text.Length)
            {
                return Match.No;
            }

            Span<char> small = stackalloc char[256];
            var rented = reader.ValueSpan.Length > small.Length
                ? ArrayPool<char>.Shared.Rent(reader.ValueSpan.Length)
                : null;
            try
            {
                var room = rented ?? small;
                return TestText(room[..reader.CopyString(room)]);
            }
            finally
            {
                if (rented is not null)
                {
                    ArrayPool<char>.Shared.Return(rented);
                }
            }
        }

        // What a server takes for the same that ignores case, or ends texts at a NUL, is in doubt.
        private Match TestText(ReadOnlySpan<char> text)
        {
            if (!_isPlain && new Glob(value.Text).Matches(text))
            {
                return Match.Yes;
            }

            var end = text.IndexOf('\0');
            text = end < 0 ? text : text[..end];
            var isAlike = _isPlain
                ? Folding.AreEqual(value.Text, text)
                : new Glob(value.Text).MatchesFolded(text);
            return isAlike ? Match.Doubt : Match.No;
        }
    }
}
