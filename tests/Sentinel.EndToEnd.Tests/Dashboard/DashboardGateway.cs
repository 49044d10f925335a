using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>
/// A gateway with a page: callers of several roles, servers that do as they should and one that does not, and the
/// embedded store, in which <see cref="BotKey"/>'s calls stand when it has started.
/// </summary>
public sealed class DashboardGateway(Servers servers) : IAsyncLifetime
{
    public const string ViewerKey = "viewer-key-0123456789abcdef";
    public const string BotKey = "bot-key-0123456789abcdef";
    public const string GuestKey = "guest-key-0123456789abcdef";

    /// <summary>Of <c>key:busy</c>, who only fills pages.</summary>
    public const string BusyKey = "busy-key-0123456789abcdef";

    /// <summary>Of <c>key:live</c>, whose calls are only watched.</summary>
    public const string LiveKey = "live-key-0123456789abcdef";

    /// <summary>How many calls <see cref="BusyKey"/> made: a page and a bit.</summary>
    public const int BusyCalls = 57;

    /// <summary>The trace that one of the bot's calls belongs to.</summary>
    public const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    /// <summary>Texts that want to be more than text.</summary>
    public const string Image = "<img src=x onerror=\"window.pwned=1;alert(1)\">";
    public const string Script = "<script>window.pwned=1;alert(1)</script>";
    public const string Unseen = "\u202egnp.exe\u202c\u001b[31mred\u001b]0;owned\u0007\u200b";

    private const string Audience = "https://tools.example/mcp";

    private readonly Lock _lock = new();
    private Task? _started;

    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>The page's address, with a slash at the end.</summary>
    public Uri Url => Gateway.ManagementUrl;

    /// <summary>Destination <c>b</c> of the backend <c>pair</c>.</summary>
    public SampleServerProcess Second { get; private set; } = null!;

    /// <summary>Fails every call with markup for an error.</summary>
    public ScriptedBackend Hostile { get; private set; } = null!;

    private TestIssuer Issuer { get; set; } = null!;

    internal AuditTable Table => AuditTable.OfFile(Path.Combine(Gateway.Folder, "audit.db"));

    /// <summary>Starts it, once.</summary>
    public Task StartedAsync()
    {
        lock (_lock)
        {
            return _started ??= StartAsync();
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Calls a tool of the sample server.</summary>
    internal Task<Reply> CallAsync(string key, string tool, string arguments = "{}", string client = "page-test") =>
        Rpc.CallAsync(new Uri(Gateway.Url, "sample/mcp"), key, tool, arguments, client);

    /// <summary>Calls, as somebody whose name is markup, a tool whose name and arguments are, and fails with more.</summary>
    internal async Task CallHostilelyAsync(string tool)
    {
        var token = Issuer.Token(Audience, subject: Script)
            .With("name", Image + Unseen)
            .With("roles", new JsonArray("guest"))
            .ToString();
        var body = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = Image,
            ["method"] = "tools/call",
            ["params"] = new JsonObject
            {
                ["name"] = tool,
                ["arguments"] = new JsonObject
                {
                    [Image] = Script,
                    ["unseen"] = Unseen,
                    ["long"] = new string('x', 10_000),
                    ["deep"] = JsonNode.Parse(string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40))),
                },
            },
        };
        using var request = RawCall.Post(new Uri(Gateway.Url, "hostile/mcp"), body.ToJsonString(), key: null)
            .With("Authorization", $"Bearer {token}")
            .With("User-Agent", "<img/src=x/onerror=alert(1)>");
        using var response = await request.SendAsync();
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is not null)
        {
            await (Gateway?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (Second?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (Hostile?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (Issuer?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private async Task StartAsync()
    {
        Second = await SampleServerProcess.StartAsync();
        Hostile = await ScriptedBackend.StartAsync(FailAsync);
        Issuer = await TestIssuer.StartAsync();
        var config = new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .Backend("pair", servers.SampleJson.Url, Second.Url)
            .Backend("hostile", Hostile.Url)
            .ApiKey("viewer", ViewerKey, "auditor")
            .ApiKey("bot", BotKey, "deployer")
            .ApiKey("busy", BusyKey, "deployer")
            .ApiKey("live", LiveKey, "deployer")
            .ApiKey("guest", GuestKey, "guest")
            .Role("auditor", allow: [])
            .Role("deployer", allow: ["sample/*", "pair/*"])
            .Role("guest", allow: ["sample/echo", "hostile/*"], deny: ["sample/fail"])
            .Disable("sample/big")
            .AuditToSqlite("audit.db");
        config.Sentinel["Management"]!["ViewerRoles"] = new JsonArray("auditor");
        config.Sentinel["Authentication"]!["Issuers"] = new JsonArray(new JsonObject
        {
            ["Authority"] = Issuer.Authority,
            ["Audiences"] = new JsonArray(Audience),
            ["RequireHttpsMetadata"] = false,
        });
        config.Sentinel["Rbac"]!["Roles"]!["deployer"]!["Allow"]!.AsArray().Add(new JsonObject
        {
            ["Tool"] = "hostile/deploy",
            ["Arguments"] = new JsonObject { ["project"] = new JsonArray("OPS", "DEV-*") },
        });
        config.ReverseProxy["Clusters"]!["pair"]!["HealthCheck"] = JsonNode.Parse(
            """
            { "Active": { "Enabled": true, "Policy": "Mcp", "Path": "/mcp", "Interval": "00:00:01", "Timeout": "00:00:01" } }
            """);
        Gateway = await GatewayProcess.StartAsync(config);
        await MakeCallsAsync();
    }

    private async Task MakeCallsAsync()
    {
        foreach (var project in new[] { "OPS", "OPS", "DEV-1", "DEV-2", "OPS" })
        {
            await CallAsync(BotKey, "echo", $$$"""{"text":"hello","project":"{{{project}}}","owner":{"name":"ann"}}""");
        }

        await CallAsync(BotKey, "add", """{"a":1,"b":2}""");
        await CallAsync(BotKey, "fail", """{"text":"The disk is full."}""");
        await CallAsync(BotKey, "throw");
        await CallAsync(BotKey, "big", """{"bytes":10}""");
        await CallAsync(GuestKey, "echo", """{"text":"hi"}""");
        await CallAsync(GuestKey, "fail");
        await CallAsync(GuestKey, "add", """{"a":1,"b":2}""");
        await Rpc.PostAsync(
            new Uri(Gateway.Url, "sample/mcp"),
            BotKey,
            Rpc.Body(Rpc.Params("echo", """{"text":"traced"}""")),
            [
                ("MCP-Protocol-Version", Rpc.Revision), ("Mcp-Method", "tools/call"), ("Mcp-Name", "echo"),
                ("traceparent", $"00-{Trace}-00f067aa0ba902b7-01"),
            ]);
        for (var i = 0; i < BusyCalls; i++)
        {
            await CallAsync(BusyKey, "echo", $$"""{"text":"{{i}}"}""");
        }

        await Table.HasRowsAsync(13 + BusyCalls);
    }

    private static async Task FailAsync(HttpContext http)
    {
        var message = await JsonNode.ParseAsync(http.Request.Body);
        var answer = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = message!["id"]?.DeepClone(),
            ["error"] = new JsonObject { ["code"] = -32000, ["message"] = Script + Image + Unseen },
        };
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.ToJsonString());
    }
}
