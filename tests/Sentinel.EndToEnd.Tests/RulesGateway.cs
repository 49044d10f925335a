using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>
/// A gateway with rules of a test's own before a backend that answers everything, recording into the embedded store.
/// <see cref="Servers.TesterKey"/> has the role <c>tester</c>, which must grant <c>raw/fence</c>.
/// </summary>
internal sealed class RulesGateway : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private RulesGateway()
    {
    }

    public GatewayProcess Gateway { get; private set; } = null!;

    public ScriptedBackend Backend { get; private set; } = null!;

    public AuditTable Table => AuditTable.OfFile(_folder.File("audit.db"));

    /// <param name="rbac">The <c>Rbac</c> section.</param>
    /// <param name="audit">More keys of the <c>Audit</c> section.</param>
    /// <param name="configure">What else differs.</param>
    public static async Task<RulesGateway> StartAsync(
        string rbac,
        string audit = "{}",
        Action<ProxyConfig>? configure = null)
    {
        var rules = new RulesGateway { Backend = await ScriptedBackend.StartAsync(AnswerAsync) };
        var config = new ProxyConfig()
            .Backend("raw", rules.Backend.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .AuditToSqlite(rules._folder.File("audit.db"));
        config.Sentinel["Rbac"] = JsonNode.Parse(rbac);
        foreach (var (key, value) in JsonNode.Parse(audit)!.AsObject())
        {
            config.Sentinel["Audit"]![key] = value?.DeepClone();
        }

        configure?.Invoke(config);
        rules.Gateway = await GatewayProcess.StartAsync(config);
        return rules;
    }

    /// <summary>Answers that client so, rather than with results.</summary>
    public void On(string client, string body, string mediaType = "application/json", int status = 200) =>
        Backend.On($"/{client}", http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = mediaType;
            return http.Response.WriteAsync(body);
        });

    /// <summary>Sends a body for a client, whose rows and requests bear its name.</summary>
    public Task<Reply> SendAsync(string client, string body, params IEnumerable<(string Name, string Value)> headers) =>
        SendAsAsync(Servers.TesterKey, client, body, headers);

    /// <summary>The same with another key.</summary>
    public Task<Reply> SendAsAsync(
        string key,
        string client,
        string body,
        params IEnumerable<(string Name, string Value)> headers) =>
        Rpc.PostAsync(new Uri(Gateway.Url, $"raw/{client}"), key, body, [("User-Agent", client), .. headers]);

    /// <summary>Sends a message of 2026-07-28 as that revision wants it.</summary>
    /// <param name="client">Who sends it.</param>
    /// <param name="method">The method.</param>
    /// <param name="members">Members of params, without braces.</param>
    /// <param name="name">What <c>Mcp-Name</c> says; null for a method that has none.</param>
    public Task<Reply> SendModernAsync(string client, string method, string members, string? name)
    {
        var meta = $$$"""
            "_meta":{"io.modelcontextprotocol/protocolVersion":"{{{Rpc.Revision}}}",
            "io.modelcontextprotocol/clientCapabilities":{}}
            """;
        var headers = new List<(string, string)> { ("MCP-Protocol-Version", Rpc.Revision), ("Mcp-Method", method) };
        if (name is not null)
        {
            headers.Add(("Mcp-Name", name));
        }

        return SendAsync(client, Message(method, members.Length == 0 ? meta : $"{members},{meta}"), headers);
    }

    /// <summary>Reads to its end a stream on which a session is resumed.</summary>
    public async Task ResumeAsync(string client, string session)
    {
        using var stream = await new HttpRequestMessage(HttpMethod.Get, new Uri(Gateway.Url, $"raw/{client}"))
            .With("X-Api-Key", Servers.TesterKey).With("Accept", "text/event-stream").With("Last-Event-ID", "1")
            .With("Mcp-Session-Id", session).With("MCP-Protocol-Version", "2025-11-25").SendAsync();
        await stream.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A request whose params have these members.</summary>
    public static string Message(string method, string members, string id = "1") =>
        $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"{{{method}}}","params":{{{{members}}}}}""";

    /// <summary>How many requests of that client reached the backend.</summary>
    public int Arrived(string client) => Backend.Requests.Count(request => request.Path == $"/{client}");

    /// <summary>The rows of that client, once every row that was on its way has arrived.</summary>
    public async Task<IReadOnlyList<Row>> RowsAsync(string client)
    {
        // Rows come in order: whatever a call left is there before the row of a call made after it.
        var fence = $"after-{client}-{Guid.NewGuid():n}";
        await SendAsync(fence, RawCall.ToolCall("fence"));
        await Eventually.HoldsAsync(async () => (await Table.RowsAsync(fence)).Count > 0);
        return await Table.RowsAsync(client);
    }

    public Task<long> CallsCountedAsync(string outcome) => Rpc.MetricAsync(
        Gateway.ManagementUrl, $$"""sentinel_calls_total{backend="raw",outcome="{{outcome}}"}""");

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Backend.DisposeAsync();
        _folder.Dispose();
    }

    // A result for each request, in the form of the body.
    private static async Task AnswerAsync(HttpContext http)
    {
        var body = await JsonNode.ParseAsync(http.Request.Body);
        var answer = body is JsonArray batch ? new JsonArray([.. batch.Select(Answer)]) : Answer(body);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.ToJsonString());
    }

    private static JsonNode Answer(JsonNode? message) =>
        new JsonObject { ["jsonrpc"] = "2.0", ["id"] = message!["id"]?.DeepClone(), ["result"] = new JsonObject() };
}
