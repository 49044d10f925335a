using System.Text;
using Sentinel.Gateway.Configuration.Pinning;
using Sentinel.Gateway.Mcp.Tools;
using Sentinel.Gateway.Rbac;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration.Pinning;

public sealed class ToolsLockTests
{
    private const string Pinned = "\"Rbac\": { \"Pinning\": { \"a\": \"Deny\" } }";

    [Fact]
    public void What_is_written_is_read_again()
    {
        var written = new ToolsLock();
        written.Approve("b", [Tool("""{"name":"z\u202e","description":"line\n\"two\" \\ \ud83d\ude00","inputSchema":{"n":1e400,"e":[],"o":{}}}""")]);
        written.Approve("a", [Tool("""{"name":"y"}"""), Tool("""{"name":"x","title":null}""")]);

        var read = Parse(written.Write(), out var problem);

        Assert.Null(problem);
        Assert.Equal(written.Write(), read.Write());
        Assert.Equal(
            written.Backends.SelectMany(b => b.Value.Values).Select(t => (t.Name, t.Sha256)),
            read.Backends.SelectMany(b => b.Value.Values).Select(t => (t.Name, t.Sha256)));
        Assert.DoesNotContain('\u202E', written.Write());
    }

    [Theory]
    [InlineData("[]", "no object of backends")]
    [InlineData("", "not JSON")]
    [InlineData("""{"a":{},"a":{}}""", "not JSON")]
    [InlineData("""{"a":[]}""", "a is no object of tools")]
    [InlineData("""{"a":{"x":{"sha256":"0"}}}""", "a/x needs sha256 and definition")]
    [InlineData("""{"a":{"x":{"sha256":"0","definition":{"name":"x"},"note":1}}}""", "a/x needs sha256 and definition")]
    [InlineData("""{"a":{"x":{"sha256":"0","definition":{"name":"y"}}}}""", "a/x has a definition that is none")]
    [InlineData("""{"a":{"x":{"sha256":"0","definition":{"name":"x"}}}}""", "a/x has a sha256 that is not that")]
    [InlineData("""{"a":{"x":{"sha256":0,"definition":{"name":"x"}}}}""", "a/x has a sha256 that is not that")]
    public void What_was_not_written_so_is_refused(string text, string why)
    {
        Parse(text, out var problem);

        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_that_does_not_exist_cannot_be_pinned()
    {
        var result = await Reading.ReadAsync(Reading.OpenFile("\"Rbac\": { \"Pinning\": { \"A\": \"Off\" } }"));

        Assert.Equal(
            "$.Sentinel.Rbac.Pinning.A (line 4): there is no backend 'A' in ReverseProxy.Clusters; did you mean 'a'?",
            Assert.Single(result.Faults).ToString());
    }

    [Fact]
    public async Task Pinning_without_approved_tools_is_a_fault()
    {
        var result = await Reading.ReadAsync(Reading.OpenFile(Pinned));

        Assert.Contains("`sentinel policy approve` writes it", Assert.Single(result.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_is_judged_by_its_backend_and_hash()
    {
        var pins = new ToolPins(
            new Dictionary<string, PinningMode> { ["a"] = PinningMode.Deny, ["b"] = PinningMode.Off },
            [("a", "x", "11"), ("b", "x", "22")]);

        Assert.Equal(PinState.Approved, pins.Judge("a", "x", "11"));
        Assert.Equal(PinState.Changed, pins.Judge("a", "x", "22"));
        Assert.Equal(PinState.NotSeen, pins.Judge("a", "x", null));
        Assert.Equal(PinState.Unknown, pins.Judge("a", "X", "11"));
        Assert.Equal(PinState.Approved, pins.Judge("b", "x", "11"));
        Assert.Equal(PinState.Approved, pins.Judge("c", "x", null));
    }

    [Theory]
    [InlineData("plain äöü 漢字 😀 العربية", "plain äöü 漢字 😀 العربية")]
    [InlineData("a\u202Eb\u2066c", "a\\u202eb\\u2066c")]
    [InlineData("zero\u200Bwidth\uFEFF", "zero\\u200bwidth\\ufeff")]
    [InlineData("tag\U000E0041", "tag\\udb40\\udc41")]
    [InlineData("selector\uFE0F\U000E0100", "selector\\ufe0f\\udb40\\udd00")]
    [InlineData("filler\u3164\u2800\u034F", "filler\\u3164\\u2800\\u034f")]
    [InlineData("line\u2028\u0007\u00A0", "line\\u2028\\u0007\\u00a0")]
    public void Invisible_characters_are_shown(string text, string shown) =>
        Assert.Equal(shown, VisibleText.Escape(text));

    private static ToolsLock Parse(string text, out string? problem) =>
        ToolsLock.Parse(Encoding.UTF8.GetBytes(text), out problem);

    private static ToolDefinition Tool(string item) => ToolDefinition.Read(Encoding.UTF8.GetBytes(item))!;
}
