using System.Text;

namespace Sentinel.Gateway.Cli.Demo;

/// <summary>One call of the tour, made by the program and printed as a curl line alike.</summary>
internal sealed record DemoCall(string Token, string Tool, string Arguments)
{
    private const string Revision = "2026-07-28";

    private string Body =>
        $$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{Tool}}","arguments":{{Arguments}},"""
        + $$"""
        "_meta":{"io.modelcontextprotocol/protocolVersion":"{{Revision}}",
        """
        + """
        "io.modelcontextprotocol/clientCapabilities":{}}}}
        """;

    private (string Name, string Value)[] Headers =>
    [
        ("Authorization", $"Bearer {Token}"),
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", Revision),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", Tool),
    ];

    public async Task<string> MakeAsync(HttpClient http, string url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(Body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        return $"HTTP {(int)response.StatusCode}  {answer.ReplaceLineEndings(" ").Trim()}";
    }

    public string ToCurl(string url)
    {
        var line = new StringBuilder($"curl -s {url} -H 'Content-Type: application/json'");
        foreach (var (name, value) in Headers)
        {
            line.Append($" -H '{name}: {value}'");
        }

        return line.Append($" -d '{Body}'").ToString();
    }
}
