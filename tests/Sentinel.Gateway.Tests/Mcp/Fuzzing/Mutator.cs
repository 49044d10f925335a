using System.Text;

namespace Sentinel.Gateway.Tests.Mcp.Fuzzing;

/// <summary>Changes a body a little, in the ways that make readers disagree.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> corpus)
{
    private const int BytesMax = 8192;

    private static readonly string[] Tokens =
    [
        "\"jsonrpc\"", "\"id\"", "\"method\"", "\"params\"", "\"name\"", "\"result\"", "\"error\"", "\"_meta\"", "\"uri\"",
        "\"arguments\"", "\"2.0\"", "\"tools/call\"", "\"tools/list\"", "\"ping\"", "\"other\"", "null", "true", "1", "1.0",
        "-0", "1e3", "{}", "[]", "[", "]", "{", "}", ",", ":", "\"", "\"\"", "\"Name\":\"b\"", "\"METHOD\":\"tools/call\"",
        "\"param\u017F\":{\"name\":\"b\"}", "\"name\\u0000\":\"b\"", "\"tas\u212A\":{}", "\\u0061", "\\ud800", "\\u0000", " ",
        "\n", "\r", "\t", "\uFEFF", "//", "/**/", "NaN", "'", "\u0000", "\u2028", "data: ", "\n\n", "id: 1\n",
    ];

    private static readonly byte[][] TokenBytes = [.. Tokens.Select(Encoding.UTF8.GetBytes)];

    /// <summary>A body that some few mutations made of one in the corpus.</summary>
    public byte[] Next()
    {
        var body = Pick(corpus);
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            body = Mutate(body);
        }

        return body.Length <= BytesMax ? body : body[..BytesMax];
    }

    private byte[] Mutate(byte[] body) => random.Next(12) switch
    {
        0 => FlipBit(body),
        1 => Splice(body, random.Next(body.Length + 1), 0, [(byte)random.Next(256)]),
        2 => body[..random.Next(body.Length + 1)],
        3 => Splice(body, random.Next(body.Length + 1), 0, Pick(TokenBytes)),
        4 => ReplaceToken(body),
        5 => RepeatMember(body),
        6 => ChangeCase(body),
        7 => Splice(body, AfterLetter(body), 0, random.Next(2) == 0 ? "\\u0000"u8 : "\0"u8),
        8 => EscapeLetter(body),
        9 => FoldLetter(body),
        10 => Join(body, Pick(corpus)),
        _ => CutOut(body),
    };

    private byte[] FlipBit(byte[] body)
    {
        var flipped = body.ToArray();
        if (flipped.Length > 0)
        {
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        }

        return flipped;
    }

    // A string, with its quotes, becomes another token.
    private byte[] ReplaceToken(byte[] body)
    {
        var quotes = Places(body, b => b == '"');
        if (quotes.Count < 2)
        {
            return body;
        }

        var first = random.Next(quotes.Count - 1);
        return Splice(body, quotes[first], quotes[first + 1] - quotes[first] + 1, Pick(TokenBytes));
    }

    // What lies between two commas or braces comes again, there or elsewhere.
    private byte[] RepeatMember(byte[] body)
    {
        var bounds = Places(body, b => b is (byte)',' or (byte)'{' or (byte)'}');
        if (bounds.Count < 2)
        {
            return body;
        }

        var first = random.Next(bounds.Count - 1);
        var last = Math.Min(bounds.Count - 1, first + random.Next(1, 4));
        byte[] member = [.. ","u8, .. body[(bounds[first] + 1)..bounds[last]]];
        return Splice(body, random.Next(2) == 0 ? bounds[last] : bounds[random.Next(bounds.Count)], 0, member);
    }

    private byte[] ChangeCase(byte[] body)
    {
        var letter = AtLetter(body);
        return letter < 0 ? body : Splice(body, letter, 1, [(byte)(body[letter] ^ 0x20)]);
    }

    private byte[] EscapeLetter(byte[] body)
    {
        var letter = AtLetter(body);
        return letter < 0 ? body : Splice(body, letter, 1, Encoding.ASCII.GetBytes($"\\u{(int)body[letter]:x4}"));
    }

    private byte[] FoldLetter(byte[] body)
    {
        var letters = Places(body, b => b is (byte)'s' or (byte)'k');
        if (letters.Count == 0)
        {
            return body;
        }

        var at = Pick(letters);
        var folded = body[at] == 's' ? "\u017F"u8 : "\u212A"u8;
        return Splice(body, at, 1, random.Next(2) == 0 ? folded : body[at] == 's' ? "\\u017f"u8 : "\\u212A"u8);
    }

    private byte[] CutOut(byte[] body)
    {
        var from = random.Next(body.Length + 1);
        return Splice(body, from, random.Next(Math.Min(20, body.Length - from) + 1), []);
    }

    private byte[] Join(byte[] left, byte[] right) =>
        [.. left[..random.Next(left.Length + 1)], .. right[random.Next(right.Length + 1)..]];

    private int AtLetter(byte[] body)
    {
        var letters = Places(body, b => char.IsAsciiLetter((char)b));
        return letters.Count == 0 ? -1 : Pick(letters);
    }

    private int AfterLetter(byte[] body) => AtLetter(body) + 1;

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private static List<int> Places(byte[] body, Func<byte, bool> isWanted) =>
        [.. Enumerable.Range(0, body.Length).Where(at => isWanted(body[at]))];

    private static byte[] Splice(byte[] body, int at, int removed, ReadOnlySpan<byte> added) =>
        [.. body.AsSpan(0, at), .. added, .. body.AsSpan(at + removed)];
}
