using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Sentinel.Gateway.Tests.Mcp.Generated;

/// <summary>
/// An event stream with answers and other messages in it, cut off before its last blank line, and the places where it
/// comes in parts.
/// </summary>
internal sealed record GeneratedStream(string Mark, string[] Events, int[] Cuts)
{
    private static readonly Gen<string> LineEnd = Gen.Elements("\n", "\r\n", "\r");

    private static readonly Gen<string> OtherLine = Gen.Elements(
        ": ping", ":", "event: message", "id: 7", "id:", "id", "id: a\0b", "retry: 100", "retry", "datax: {}", "Data: 1",
        "dat: {\"id\":1,\"result\":{}}", " data: {\"id\":1,\"result\":{}}", "data", "data:", "foo", "\uFEFFdata: 1");

    public static readonly Gen<GeneratedStream> Any =
        from mark in Gen.Elements(":\n", "\uFEFF:\n", "\n", "\uFEFFretry: 1\r\n")
        from count in Gen.Choose(1, 5)
        from events in Event(hasBlankLine: true).ListOf(count)
        from last in Event(hasBlankLine: false)
        from cuts in Gen.Choose(0, 1000).ListOf(4)
        select new GeneratedStream(mark, [.. events, last], [.. cuts]);

    public byte[] Body => Encoding.UTF8.GetBytes(Mark + string.Concat(Events));

    /// <summary>The body in parts.</summary>
    public IEnumerable<byte[]> Parts()
    {
        var body = Body;
        var at = 0;
        foreach (var cut in Cuts.Select(cut => cut * body.Length / 1000).Order().Append(body.Length))
        {
            yield return body[at..cut];
            at = cut;
        }
    }

    public IEnumerable<GeneratedStream> Smaller() => Events
        .Select((_, i) => this with { Events = [.. Events.Where((_, other) => other != i)] })
        .Concat(Cuts.Length == 0 ? [] : [this with { Cuts = [] }]);

    public override string ToString() =>
        $"cuts {string.Join(' ', Cuts)}: {(Mark + string.Concat(Events)).Replace("\r", "\\r").Replace("\n", "\\n\n")}";

    private static Gen<string> Event(bool hasBlankLine) =>
        from data in Gen.Frequency(
            (8, GeneratedAnswer.Message()),
            (2, GeneratedAnswer.Batch()),
            (1, Gen.Elements("", "{\"id\":[", "hello", "]", "\"{\\\"id\\\":1,\\\"result\\\":{}}\"")))
        from colon in Gen.Elements("data:", "data: ")
        let dataLines = data.Replace("\r\n", "\n").Split('\n').Select(line => colon + line)
        from before in OtherLine.ListOf().Resize(3)
        from between in Gen.Frequency((3, Gen.Constant<string[]>([])), (1, OtherLine.Select(line => new[] { line })))
        from text in Lines([.. before.Where(IsHarmless), .. dataLines, .. between.Where(IsHarmless)], hasBlankLine)
        select text;

    // No LF alone after a CR: it would not be a line of its own.
    private static Gen<string> Lines(IReadOnlyList<string> lines, bool hasBlankLine) =>
        from ends in LineEnd.ListOf(lines.Count + 1)
        let blankLine = ends[^2] == "\r" && ends[^1] == "\n" ? "\r" : ends[^1]
        select string.Concat(lines.Select((line, i) => line + ends[i])) + (hasBlankLine ? blankLine : "");

    // An empty line of data beside the message is white space to JSON; other data would make it another text.
    private static bool IsHarmless(string line) => !line.StartsWith("data:", StringComparison.Ordinal) || line == "data:";
}
