using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Methods that no revision defines: extensions, or attempts.</summary>
public sealed class UnknownMethodTests(Servers servers)
{
    private const string Body = """{"jsonrpc":"2.0","id":7,"method":"acme/run","params":{"name":"x"}}""";
    private const string Notification = """{"jsonrpc":"2.0","method":"notifications/acme"}""";

    private readonly string _path = $"{Guid.NewGuid():n}";

    [Fact]
    public async Task Pass_and_are_counted_together()
    {
        var gateway = await servers.Gateway;
        servers.Raw.On($"/{_path}", http => http.Response.WriteAsync("{}"));
        var before = await CountAsync(gateway, "unknown");

        foreach (var body in new[] { Body, Notification })
        {
            using var response = await RawCall.Post(new Uri(gateway.Url, $"raw/{_path}"), body).SendAsync();
            Assert.Equal(200, (int)response.StatusCode);
        }

        Assert.Equal(2, servers.Raw.Requests.Count(request => request.Path == $"/{_path}"));
        Assert.Equal(before + 2, await CountAsync(gateway, "unknown"));
        var (_, metrics) = await Rpc.GetAsync(new Uri(gateway.ManagementUrl, "metrics"));
        Assert.DoesNotContain("acme", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_refused_like_a_tool_without_a_grant_where_the_configuration_denies_them()
    {
        var config = new ProxyConfig().Backend("raw", servers.Raw.Url).Anonymous("all").Role("all", allow: ["*", "prompt:*", "resource:*"]);
        config.Sentinel["Rbac"]!["UnknownMethods"] = "Deny";
        await using var gateway = await GatewayProcess.StartAsync(config);
        servers.Raw.On($"/{_path}", http => http.Response.WriteAsync("{}"));
        var url = new Uri(gateway.Url, $"raw/{_path}");

        using var denied = await RawCall.Post(url, Body, key: null).SendAsync();
        using var notification = await RawCall.Post(url, Notification, key: null).SendAsync();
        using var batch = await RawCall.Post(url, $"[{RawCall.WithMethod("ping")},{Body}]", key: null).SendAsync();

        var error = await denied.ReadErrorAsync();
        Assert.Equal(
            (200, "7", -31403, "rbac", "Permission denied for method: acme/run"),
            ((int)denied.StatusCode, error.Id, error.Code, error.Reason, error.Message));
        Assert.Null((await notification.ReadErrorAsync()).Id);
        var answers = JsonNode.Parse(await batch.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            ["batch_refused", "rbac"],
            answers!.AsArray().Select(answer => (string?)answer!["error"]!["data"]!["reason"]));
        Assert.DoesNotContain(servers.Raw.Requests, request => request.Path == $"/{_path}");
        using var known = await RawCall.Post(url, RawCall.WithMethod("resources/list"), key: null).SendAsync();
        Assert.Single(servers.Raw.Requests, request => request.Path == $"/{_path}");
    }

    private static Task<long> CountAsync(GatewayProcess gateway, string method) =>
        Rpc.MetricAsync(gateway.ManagementUrl, $$"""sentinel_messages_total{backend="raw",method="{{method}}"}""");
}
