using System.Text;
using Microsoft.AspNetCore.Http;
using Sentinel.Gateway.Inspection;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Inspection;

public sealed class RevisionHeadersTests
{
    private const string Modern = "2026-07-28";

    [Theory]
    [InlineData("tools/call", "search", "tools/call", "search")]
    [InlineData("tools/call", "Grüße", "tools/call", "=?base64?R3LDvMOfZQ==?=")]
    [InlineData("tools/call", "search", "tools/call", "=?base64?c2VhcmNo?=")]
    [InlineData("tools/list", null, "tools/list", null)]
    [InlineData("tools/list", null, "tools/list", "ignored")]
    [InlineData("acme/run", null, "acme/run", "ignored")]
    public void Of_a_modern_request_repeat_the_body(string method, string? name, string? header, string? nameHeader) =>
        Assert.True(Passes(Body(method, name, Modern), Modern, header, nameHeader));

    [Theory]
    [InlineData("tools/call", "search", null, "search")]
    [InlineData("tools/call", "search", "Tools/Call", "search")]
    [InlineData("tools/call", "search", "tools/list", "search")]
    [InlineData("tools/call", "search", "tools/call", null)]
    [InlineData("tools/call", "search", "tools/call", "")]
    [InlineData("tools/call", "search", "tools/call", "Search")]
    [InlineData("tools/call", "search", "tools/call", "drop")]
    [InlineData("tools/call", "search", "tools/call", "search ")]
    [InlineData("tools/call", "search", "tools/call", "=?base64?ZHJvcA==?=")]
    [InlineData("tools/call", "search", "tools/call", "=?base64?c2VhcmNo=?=")]
    [InlineData("tools/call", "search", "tools/call", "=?base64?c2VhcmNo")]
    [InlineData("tools/call", "Grüße", "tools/call", "Grüße")]
    [InlineData("prompts/get", "search", "prompts/get", "drop")]
    [InlineData("prompts/get", "search", "prompts/get", null)]
    [InlineData("tools/list", null, null, null)]
    [InlineData("acme/run", null, "tools/call", null)]
    public void Of_a_modern_request_must_not_differ(string method, string? name, string? header, string? nameHeader) =>
        Assert.False(Passes(Body(method, name, Modern), Modern, header, nameHeader));

    [Theory]
    [InlineData(Modern, Modern, true)]
    [InlineData("2099-01-01", "2099-01-01", true)]
    [InlineData(Modern, null, true)]
    [InlineData(null, Modern, false)]
    [InlineData("2025-11-25", Modern, false)]
    [InlineData(Modern, "2025-11-25", false)]
    [InlineData(Modern, "2099-01-01", false)]
    [InlineData("2026-07-28 ", Modern, false)]
    [InlineData("2025-11-25", "2025-06-18", true)]
    [InlineData(null, "2025-06-18", true)]
    [InlineData("2025-11-25", null, true)]
    [InlineData(null, null, true)]
    public void And_body_name_the_same_revision_once_one_is_modern(string? header, string? body, bool passes) =>
        Assert.Equal(passes, Passes(Body("tools/call", "search", body), header, "tools/call", "search"));

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2025-03-26")]
    [InlineData(null)]
    public void Do_not_count_at_older_revisions(string? revision) =>
        Assert.True(Passes(Body("tools/call", "search", null), revision, "tools/list", "drop"));

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/progress","params":{}}""", null, true)]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/progress","params":{}}""", "notifications/progress", true)]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/progress","params":{}}""", "tools/call", false)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", null, true)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", "tools/call", true)]
    public void Are_not_demanded_of_what_is_no_request(string body, string? method, bool passes) =>
        Assert.Equal(passes, Passes(body, Modern, method, null));

    [Fact]
    public void That_differ_are_refused_as_the_specification_says()
    {
        var refusal = Check(Body("tools/call", "search", Modern), Modern, "tools/call", "drop");

        Assert.Equal((400, -32020, "header_mismatch"), (refusal!.HttpStatus, refusal.Code, refusal.Reason));
    }

    private static bool Passes(string body, string? revision, string? method, string? name) =>
        Check(body, revision, method, name) is null;

    private static Gateway.Exchange.Refusal? Check(string body, string? revision, string? method, string? name)
    {
        Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(body), out var message));
        var headers = new HeaderDictionary();
        foreach (var (key, value) in new[]
        {
            (McpHeaders.ProtocolVersion, revision), (McpHeaders.Method, method), (McpHeaders.Name, name),
        })
        {
            if (value is not null)
            {
                headers[key] = value;
            }
        }

        return RevisionHeaders.Check(headers, message);
    }

    private static string Body(string method, string? name, string? revision)
    {
        var members = new List<string>();
        if (name is not null)
        {
            members.Add($"\"name\":\"{name}\"");
        }

        if (revision is not null)
        {
            members.Add($$"""  "_meta":{"io.modelcontextprotocol/protocolVersion":"{{revision}}"} """);
        }

        var parameters = $"{{{string.Join(',', members)}}}";
        return $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""";
    }
}
