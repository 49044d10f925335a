using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Sentinel.Gateway.Tests.Mcp.Generated;

/// <summary>The parts that generated JSON is made of, and how a property of it is checked.</summary>
internal static class Generating
{
    private static readonly Gen<string> Word = Gen.Elements(
        "", "a", "x", "name", "content", "text", "id", "result", "{\"", "]}", "é", "søk", "😀", "\u2028", "a b", "\\");

    /// <summary>White space as JSON has it.</summary>
    public static readonly Gen<string> Blank = Gen.Frequency(
        (6, Gen.Constant("")),
        (3, Gen.Elements(" ", "\n", "\t", "\r\n", "  \n ")));

    public static readonly Gen<string> Number = Gen.Elements(
        "0", "-0", "1", "-1", "12", "1.0", "1.50", "-2.5e-3", "1E9", "9007199254740993", "12345678901234567890");

    public static readonly Gen<string> Literal = Gen.Elements("true", "false", "null");

    /// <summary>A string of any of these texts in any spelling, quoted.</summary>
    public static Gen<string> Spelled(params string[] texts) =>
        from text in Gen.Elements(texts)
        from escapes in Gen.Choose(0, 9).ListOf(text.Length)
        select Spell(text, [.. escapes]);

    /// <summary>Some string, quoted.</summary>
    public static Gen<string> Text() =>
        from words in Word.Three()
        from text in Spelled(words.Item1 + words.Item2 + words.Item3)
        select text;

    /// <summary>Any JSON value of so many levels at most, without a repeated key.</summary>
    public static Gen<string> Value(int levels)
    {
        var plain = Gen.OneOf(Number, Literal, Text());
        return levels == 0 ? plain : Gen.Frequency((3, plain), (2, ArrayOf(levels)), (2, ObjectOf(levels)));
    }

    /// <summary>An object of these members, in any order and with any white space.</summary>
    public static Gen<string> Object(IEnumerable<string> members) =>
        from order in Gen.Shuffle(members)
        from text in Joined('{', order, '}')
        select text;

    /// <summary>A member of an object.</summary>
    public static Gen<string> Member(Gen<string> key, Gen<string> value) =>
        from k in key
        from blanks in Blank.Two()
        from v in value
        select $"{k}{blanks.Item1}:{blanks.Item2}{v}";

    /// <summary>Each generator's value, or nothing once in so many times.</summary>
    public static Gen<string?> Mostly(int times, Gen<string> gen) =>
        Gen.Frequency((times - 1, gen.Select(value => (string?)value)), (1, Gen.Constant<string?>(null)));

    /// <summary>These with blanks and commas between them.</summary>
    public static Gen<string> Joined(char open, IReadOnlyCollection<string> parts, char close) =>
        from blanks in Blank.ListOf((2 * parts.Count) + 2)
        select open + string.Join(',', parts.Select((p, i) => blanks[2 * i] + p + blanks[(2 * i) + 1])) + blanks[^1] + close;

    /// <summary>Checks a property with a fixed seed; a failure names the seed and the smallest case.</summary>
    public static void Check<T>(Gen<T> gen, Func<T, IEnumerable<T>> shrink, Action<T> property, ulong seed, int cases)
    {
        var replay = new Replay(new Rnd(seed), FSharpOption<int>.None);
        Prop.ForAll(Arb.From(gen, shrink), property)
            .Check(Config.QuickThrowOnFailure
                .WithMaxTest(cases)
                .WithReplay(FSharpOption<Replay>.Some(replay))
                .WithQuietOnSuccess(true));
    }

    private static Gen<string> ArrayOf(int levels) =>
        from count in Gen.Choose(0, 3)
        from values in Value(levels - 1).ListOf(count)
        from text in Joined('[', [.. values], ']')
        select text;

    private static Gen<string> ObjectOf(int levels) =>
        from count in Gen.Choose(0, 3)
        from values in Value(levels - 1).ListOf(count)
        from text in Object(values.Select((value, i) => string.Create(
            CultureInfo.InvariantCulture, $"\"{i}{(i == 0 ? "name" : "id")}\":{value}")))
        select text;

    private static string Spell(string text, int[] escapes) =>
        $"\"{string.Concat(text.Select((c, i) => Spell(c, escapes[i])))}\"";

    private static string Spell(char c, int escape) => (c, escape) switch
    {
        ('"' or '\\', > 1) => $"\\{c}",
        ('/', 2) => "\\/",
        ( < ' ' or '"' or '\\', _) or (_, 0) => $"\\u{(int)c:x4}",
        (_, 1) when char.IsAscii(c) => $"\\u{(int)c:X4}",
        _ when char.IsSurrogate(c) => $"\\u{(int)c:x4}",
        _ => c.ToString(),
    };
}
