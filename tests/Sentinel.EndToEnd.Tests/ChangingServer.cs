using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>An MCP server (2025-06-18, no sessions) whose tools change when a test says so.</summary>
internal sealed class ChangingServer : IAsyncDisposable
{
    private readonly ScriptedBackend _backend;
    private volatile string[] _tools;

    private ChangingServer(ScriptedBackend backend, string[] tools)
    {
        _backend = backend;
        _tools = tools;
        backend.On("/mcp", AnswerAsync);
    }

    public Uri Url => _backend.Url;

    /// <summary>The tools that it lists, each as JSON.</summary>
    public string[] Tools
    {
        set => _tools = value;
    }

    public static async Task<ChangingServer> StartAsync(params string[] tools) =>
        new(await ScriptedBackend.StartAsync(), tools);

    public static string Tool(string name, string description) =>
        $$"""{"name":"{{name}}","description":"{{description}}","inputSchema":"""
        + """{"type":"object","properties":{"n":{"maximum":1.50}}}}""";

    public ValueTask DisposeAsync() => _backend.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Method != "POST")
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        var message = (await JsonNode.ParseAsync(http.Request.Body))!;
        if (message["id"] is not { } id)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        var answer = message["method"]!.GetValue<string>() switch
        {
            "initialize" => """ "result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"changing","version":"1"}} """,
            "tools/list" => $$""" "result":{"tools":[{{string.Join(',', _tools)}}]} """,
            "tools/call" => """ "result":{"content":[]} """,
            _ => """ "error":{"code":-32601,"message":"Method not found"} """,
        };
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync($$"""{"jsonrpc":"2.0","id":{{id.ToJsonString()}},{{answer}}}""");
    }
}
