using System.Reflection;
using System.Text;

namespace Sentinel.Audit.Tests;

/// <summary>Values that somebody sends to lose a row or a batch, or to fool who reads the log.</summary>
internal static class HostileCorpus
{
    private static readonly PropertyInfo[] TextProperties =
        [.. typeof(AuditEntry).GetProperties().Where(property => property.PropertyType == typeof(string))];

    private static readonly Random Random = new(20261123);

    /// <summary>JSON, and what claims to be.</summary>
    public static IReadOnlyList<byte[]> Json { get; } = [.. JsonTexts().Select(Encoding.UTF8.GetBytes), .. RawJson()];

    /// <summary>For every text column.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        "\0", "a\0b\0", "\ud800", "\udfff", "\udfff\ud800", "x\ud83d", Noise(5_000, 0xD800, 0xE000), "", " ",
        Noise(100_000, 0x4E00, 0x9FFF), new string('\ud83d', 9_000), Pairs(5_000), "\u202Eevil\u202C", "\u2066x\u2069",
        "\u200B\u200D\uFEFF", "\uFFFE\uFFFF", "\u0001\u0002\u007F", "\u0080\u009B31m\u0085", "\u001B[2J\u001B[31mred",
        "\u001B]0;title\u0007", "a\rb\nc\td\u2028e\u2029f", "'; DROP TABLE audit_log;--", "\\N", "\\.", "NULL", "\\x00",
        "$1", "%s%n", "{\"a\":1}", "e\u0301" + new string('\u0301', 2_000), "\b\b\b\bother", "Ａｌｉｃｅ", "аlice",
    ];

    /// <summary>A row of its own for each value, all text columns holding it.</summary>
    public static IEnumerable<AuditEntry> Entries()
    {
        foreach (var json in Json)
        {
            yield return Some.Entry() with { RequestArgs = json };
        }

        foreach (var text in Texts)
        {
            var entry = Some.Entry() with { RequestArgs = Some.Utf8("{}") };
            foreach (var property in TextProperties)
            {
                property.SetValue(entry, text);
            }

            yield return entry;
        }

        yield return Some.Entry() with
        {
            LatencyUs = long.MaxValue,
            FirstByteUs = long.MinValue,
            GatewayUs = long.MinValue,
            RequestBytes = -1,
            ResponseBytes = long.MaxValue,
            ErrorCode = int.MinValue,
            HttpStatus = int.MaxValue,
        };
        yield return Some.Entry() with { Timestamp = DateTime.MinValue };
        yield return Some.Entry() with { Timestamp = DateTime.MaxValue };
        yield return Some.Entry() with { Timestamp = new DateTime(1, 1, 1, 0, 0, 0, DateTimeKind.Local) };
        yield return Some.Entry() with { RequestId = Guid.Empty };
        yield return Some.Entry() with { RequestId = Guid.AllBitsSet };
        yield return Some.Entry() with { Outcome = (AuditOutcome)99 };
        yield return Some.Entry() with { ClientSubject = null!, ClientRole = null! };
        yield return Some.Entry() with { ToolName = null!, BackendName = null! };
    }

    private static IEnumerable<string> JsonTexts() =>
    [
        // What jsonb refuses in strings, and what looks like it and is none of it.
        """{"a":"\u0000"}""", """["\u0000\u0000"]""", """["\ud800"]""", """["\udfff"]""", """["\udfff\ud800"]""",
        """["\ud83d\ude00"]""", """["\ud83d\u0041"]""", """["\\u0000","\\ud800"]""", """["\uFFFE\uFFFF\uFFFD"]""",
        "\"\\u0000\"", """["\u001b[2J\u009b31m"]""", """["\u202Egpj.exe"]""", """["\u2028\u2029"]""",
        // The same in keys, where two could become one.
        """{"\u0000":1}""", """{"\u0000\u0000":{"\u0000":[]}}""", """{"\ud800":"\ud800"}""",
        """{"\ufffd":"harmless","\u0000":"not so"}""", """{"\ud800":1,"\udfff":2}""",
        """{"\u0000":{"token":"s3cr3t"}}""",
        """{"a":1,"a":2}""", """{"a":1,"\u0061":2}""", """{"":{"":""}}""", """{"__proto__":{"a":1}}""",
        // Numbers that print as far more than they take, and beyond what numeric holds.
        "[1e400]", "[-1e400]", "[1e131071]", "[1e131072]", "[1e200000]", "[1e-20000]", "[1e1000000]", "[1e-16384]",
        "[1e999999999999999999999]", "[1e-999999999999999999999]", "[0e999999999]", "[0.0e-999999]", "[-0]", "[-0.0]",
        "[1E+00000000000000000000000000000000001]", "[" + new string('9', 401) + "]",
        "[" + new string('9', 100_000) + "]",
        "[0." + new string('1', 50_000) + "]", "[" + string.Join(',', Enumerable.Repeat("1e399", 1_000)) + "]", "1e500",
        // Nesting: within what is kept, beyond it, and beyond the server's stack.
        Nested("[", "]", 60), Nested("[", "]", 128), Nested("[", "]", 129), Nested("[", "]", 10_000),
        Nested("[", "]", 1_000_000), Nested("{\"a\":", "}", 60), NestedObjects(60), NestedObjects(200),
        new('[', 100_000),
        // Size.
        "\"" + Noise(100_000, 0x4E00, 0x9FFF) + "\"", "{\"" + Noise(100_000, 0x4E00, 0x9FFF) + "\":1}",
        "{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"k{i}\":{i}")) + "}",
        "[" + string.Join(',', Enumerable.Repeat("[]", 50_000)) + "]", "\"" + new string('x', 4_000_000) + "\"",
        "{\"" + string.Concat(Enumerable.Repeat("\\u0061", 50_000)) + "\":1}",
        // No JSON, or with something around it.
        "{", "}", "nul", "NaN", "Infinity", "{\"a\":}", "[1,]", "{\"a\":1,}", "'a'", "\"\\x\"", "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\u0001\"", "[01]", "[+1]", "[.5]", "[1.]", "\ufeff{}", "{}{}", "{} x", "/**/{}", "null", "true", "  1  ",
        " ", "\t\r\n",
        // Secrets beside poison.
        """{"password":"\u0000"}""", """{"token":1e1000000}""", """{"requestState":"\ud800"}""",
    ];

    private static IEnumerable<byte[]> RawJson() =>
    [
        [0xFF], [0], [(byte)'"', 0xC0, 0x80, (byte)'"'], [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'],
        [(byte)'"', 0xF4, 0x90, 0x80, 0x80, (byte)'"'], [(byte)'"', 0xE2, 0x82, (byte)'"'], [(byte)'"', 0, (byte)'"'],
        [(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}'],
        [0xFE, 0xFF, 0, (byte)'{', 0, (byte)'}'],
    ];

    private static string Nested(string open, string close, int depth) =>
        string.Concat(Enumerable.Repeat(open, depth)) + string.Concat(Enumerable.Repeat(close, depth));

    private static string NestedObjects(int depth) =>
        Nested("{\"a\":", "}", depth).Replace(":}", ":1}", StringComparison.Ordinal);

    private static string Noise(int length, int from, int to) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => (char)Random.Next(from, to)));

    private static string Pairs(int count) => "x" + string.Concat(Enumerable.Repeat("😀", count));
}
