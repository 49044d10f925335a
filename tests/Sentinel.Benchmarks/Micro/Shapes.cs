using System.Globalization;
using System.Text;

namespace Sentinel.Benchmarks.Micro;

/// <summary>What large bodies look like, each filled up to about a size in bytes.</summary>
internal static class Shapes
{
    public const string Text = "text";
    public const string Base64 = "base64";
    public const string Escapes = "escapes";
    public const string Records = "records";
    public const string Numbers = "numbers";
    public const string Nested = "nested";

    public const string SmallEvents = "small events";
    public const string LargeEvent = "large event";

    private const string Prose = "The quick brown fox jumps over the lazy dog, and naïve readers count its bytes twice. ";

    /// <summary>A JSON value of one shape.</summary>
    public static string Value(string shape, int size)
    {
        var random = new Random(1);
        return shape switch
        {
            Text => $"\"{Fill(size, _ => Prose)}\"",
            Base64 => $"\"{Convert.ToBase64String(RandomBytes(random, size / 4 * 3))}\"",

            Escapes => $"\"{Fill(size, EscapedJson)}\"",
            Records => $"[{Fill(size, i => Record(random, i) + ",")}{{}}]",
            Numbers => $"[{Fill(size, _ => Number(random) + ",")}0]",
            Nested => $"[{Fill(size, _ => Nest(25) + ",")}0]",
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, null),
        };
    }

    /// <summary>An answer whose bulk has one shape.</summary>
    public static byte[] Answer(string shape, int size)
    {
        if (shape == SmallEvents)
        {
            return Encoding.UTF8.GetBytes(Fill(size, Event));
        }

        var answer = shape switch
        {
            Text or Base64 or Escapes => $$"""{"content":[{"type":"text","text":{{Value(shape, size)}}}]}""",
            LargeEvent => $$$"""{"content":[],"structuredContent":{"rows":{{{Value(Records, size)}}}}}""",
            _ => $$$"""{"content":[],"structuredContent":{"rows":{{{Value(shape, size)}}}}}""",
        };
        var message = $$"""{"jsonrpc":"2.0","id":1,"result":{{answer}}}""";
        return Encoding.UTF8.GetBytes(shape == LargeEvent ? $"event: message\ndata: {message}\n\n" : message);
    }

    /// <summary>A tools/call whose arguments have one shape.</summary>
    public static byte[] Request(string shape, int size)
    {
        var call = "{\"name\":\"t\",\"arguments\":{\"a\":" + Value(shape, size) + "}}";
        return Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{call}}}""");
    }

    // Progress notifications of 200 bytes.
    private static string Event(int number)
    {
        var progress = $$"""{"progressToken":"a1","progress":{{number}},"message":"Reading the next part"}""";
        var message = $$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{{progress}}}""";
        return $"event: message\ndata: {message}".PadRight(198) + "\n\n";
    }

    private static string Record(Random random, int number) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"id":{{number}},"name":"row {{random.Next(1000)}}","price":{{random.Next(100)}}.5,"stock":true,"tag":"abc"}""");

    // A document of JSON in a text, as tools like to answer.
    private static string EscapedJson(int number) =>
        $$"""{\"id\":{{number}},\"path\":\"C:\\\\a\",\"u\":\"\u00e9\"},\n""";

    private static string Number(Random random) =>
        (random.NextDouble() * 1000).ToString("F6", CultureInfo.InvariantCulture);

    private static string Nest(int levels) =>
        string.Concat(Enumerable.Repeat("{\"a\":[", levels)) + string.Concat(Enumerable.Repeat("]}", levels));

    private static string Fill(int size, Func<int, string> part)
    {
        var text = new StringBuilder(size + 256);
        for (var i = 0; text.Length < size; i++)
        {
            text.Append(part(i));
        }

        return text.ToString();
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
