using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sentinel.Gateway.Cli;
using Sentinel.Gateway.Tests.Configuration;
using Xunit;

namespace Sentinel.Gateway.Tests.Cli;

public sealed class CheckCommandTests
{
    [Fact]
    public async Task Every_fault_is_a_line_and_the_count_comes_last()
    {
        var (code, output, error) = await CheckAsync("""{ "Sentinel": {} }""");

        Assert.Equal(1, code);
        Assert.Equal("", output);
        Assert.Equal(
            Reading.Unwrap("""
            $.ReverseProxy.Routes (line 1): there are no routes; write at least one, else every request is answered 404
            $.Sentinel.Authentication (line 1): Sentinel refuses to serve without authentication; write AzureAd, \
            Issuers or ApiKeys, or Anonymous to allow open access
            2 faults

            """),
            error);
    }

    [Fact]
    public async Task A_valid_file_is_summed_up_with_its_warnings()
    {
        var (code, output, error) = await CheckAsync(
            WatchedFile.Numbered(1).Replace("[\"*\"]", "[\"x/*\"]", StringComparison.Ordinal));

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            Reading.Unwrap("""
            warning: $.Sentinel.Rbac.Roles.v1.Allow[0] (line 8): 'x/*' matches nothing: there is no backend 'x' in \
            ReverseProxy.Clusters
            proxy.json is valid: 1 route, 1 backend, 0 API keys, 1 role, ANONYMOUS ACCESS, audit Durable to Auto, \
            1 warning

            """),
            output);
    }

    [Fact]
    public async Task The_environment_is_checked_with_the_file()
    {
        var (code, _, error) = await CheckAsync(
            WatchedFile.Numbered(1), environment: new() { ["Sentinel__Audit__Store"] = "x" });

        Assert.Equal(1, code);
        Assert.Contains("(environment variable Sentinel__Audit__Store)", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_in_the_repository_is_valid()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Sentinel.sln")))
        {
            folder = folder.Parent;
        }

        var (code, output, error) = await CheckAsync(
            await File.ReadAllTextAsync(
                Path.Combine(folder.FullName, "proxy.json"), TestContext.Current.CancellationToken));

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("0 warnings", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_that_refuses_the_connection_fails_the_live_check()
    {
        // Port 1 is tcpmux's: nothing listens there.
        var (code, output, _) = await CheckAsync(
            WatchedFile.Numbered(1).Replace(":3001", ":1", StringComparison.Ordinal), isLive: true);

        Assert.Equal(1, code);
        Assert.Contains("backend c1/one: http://127.0.0.1:1/mcp: Connection refused", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_about_a_tool_that_no_backend_has_is_warned_of()
    {
        await using var server = await StartServerAsync();
        var file = WatchedFile.Numbered(1)
            .Replace("http://127.0.0.1:3001", server.Urls.Single(), StringComparison.Ordinal)
            .Replace("[\"*\"]", "[\"c1/ghost\", \"c1/gh*\", \"*\"]", StringComparison.Ordinal);

        var (code, output, _) = await CheckAsync(file, isLive: true);

        Assert.Equal(0, code);
        Assert.Contains("warning: a rule names 'c1/ghost', and the backend has no such tool", output, StringComparison.Ordinal);
        Assert.Equal(1, output.Split("a rule names").Length - 1);
    }

    [Fact]
    public async Task A_backend_that_answers_is_named_with_its_tools()
    {
        await using var server = await StartServerAsync();

        var (code, output, _) = await CheckAsync(
            WatchedFile.Numbered(1).Replace("http://127.0.0.1:3001", server.Urls.Single(), StringComparison.Ordinal),
            isLive: true);

        Assert.Equal(0, code);
        Assert.Contains(
            $"backend c1/one: fake 1.2 at {server.Urls.Single()}/mcp, 2 tools", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> CheckAsync(
        string text,
        bool isLive = false,
        Dictionary<string, string>? environment = null)
    {
        using var file = new WatchedFile();
        file.Write(text);
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CheckCommand.RunAsync(
            file.Path, isLive, environment ?? [], output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>As much of an MCP server as a client needs to list tools.</summary>
    private static async Task<WebApplication> StartServerAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPost("/mcp", async (HttpContext context) =>
        {
            var request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            var result = (string?)request!["method"] switch
            {
                "initialize" => (JsonNode)new JsonObject
                {
                    ["protocolVersion"] = request["params"]!["protocolVersion"]!.DeepClone(),
                    ["capabilities"] = new JsonObject { ["tools"] = new JsonObject() },
                    ["serverInfo"] = new JsonObject { ["name"] = "fake", ["version"] = "1.2" },
                },
                "tools/list" => JsonNode.Parse(
                    """
                    { "tools": [ { "name": "a", "inputSchema": { "type": "object" } },
                                 { "name": "b", "inputSchema": { "type": "object" } } ] }
                    """),
                _ => null,
            };
            if (request["id"] is not { } id)
            {
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                return;
            }

            var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id.DeepClone() };
            answer[result is null ? "error" : "result"] =
                result ?? new JsonObject { ["code"] = -32601, ["message"] = "Method not found" };
            await context.Response.WriteAsJsonAsync(answer, context.RequestAborted);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
