using System.Net;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Calls with access tokens, from the socket to the row.</summary>
public sealed class TokenCallTests(Servers servers) : IAsyncLifetime
{
    private readonly string _marker = Guid.NewGuid().ToString();
    private TestEntra _entra = null!;
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _entra = await TestEntra.StartAsync();
        var config = new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .Role("runner", allow: ["sample/echo"])
            .AuditToSqlite("audit.db");
        config.Sentinel["Authentication"] = new JsonObject
        {
            ["AzureAd"] = new JsonObject
            {
                ["Instance"] = _entra.Instance,
                ["TenantId"] = TestEntra.Tenant,
                ["ClientId"] = TestEntra.ClientId,
                ["RequireHttpsMetadata"] = false,
            },
            ["RoleMap"] = new JsonObject { ["grp-runners"] = "runner" },
        };
        _gateway = await GatewayProcess.StartAsync(config);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _entra.DisposeAsync();
    }

    [Fact]
    public async Task The_row_says_who_vouched_for_whom_and_through_which_application()
    {
        var token = _entra.Token().With("groups", new JsonArray("grp-runners"));

        using var allowed = await SendAsync("echo", token);
        using var denied = await SendAsync("fail", token);

        var table = AuditTable.OfFile(Path.Combine(_gateway.Folder, "audit.db"));
        await table.HasRowsAsync(2);
        var rows = await table.RowsAsync();
        Assert.Equal(["denied", "success"], rows.Select(row => row.Text("response_status")).Order());
        Assert.All(rows, row => Assert.Equal(
            (
                (string)token.Claims["oid"]!,
                "runner",
                _entra.IssuerOf(TestEntra.Tenant),
                TestEntra.Tenant,
                "alice@contoso.example",
                (string)token.Claims["azp"]!
            ),
            (
                row.Text("client_subject")!,
                row.Text("client_role")!,
                row.Text("client_issuer")!,
                row.Text("client_tenant")!,
                row.Text("client_display")!,
                row.Text("client_app")!
            )));
    }

    [Fact]
    public async Task The_token_stays_here_and_the_subject_goes_on()
    {
        var token = _entra.Token().With("groups", new JsonArray("grp-runners"));

        using var response = await SendAsync("echo", token);

        var arrived = Assert.Single(
            await servers.Sample.Requests(), request => request.Header(Servers.Marker) == _marker);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null(arrived.Header("Authorization"));
        Assert.Equal((string)token.Claims["oid"]!, arrived.Header("Sentinel-Subject"));
        Assert.Equal("runner", arrived.Header("Sentinel-Roles"));
    }

    [Fact]
    public async Task A_failed_login_is_counted_and_logged_and_no_row()
    {
        using var refused = await SendAsync("echo", _entra.Token(TestEntra.OtherTenant));
        using var allowed = await SendAsync("echo", _entra.Token().With("groups", new JsonArray("grp-runners")));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        await _gateway.Process.WaitForLineAsync(line =>
            line.Contains("Login failed: tenant, from 127.0.0.1", StringComparison.Ordinal));
        var (_, metrics) = await Rpc.GetAsync(new Uri(_gateway.ManagementUrl, "metrics"));
        Assert.Contains("sentinel_authentication_failures_total{reason=\"tenant\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("sentinel_issuer_keys_age_seconds{address=", metrics, StringComparison.Ordinal);
        var table = AuditTable.OfFile(Path.Combine(_gateway.Folder, "audit.db"));
        await table.HasRowsAsync(1);
        Assert.Single(await table.RowsAsync());
    }

    private Task<HttpResponseMessage> SendAsync(string tool, TestToken token) =>
        RawCall.PostModern(new Uri(_gateway.Url, "sample/mcp"), tool, """{"text":"x"}""", key: null)
            .With(Servers.Marker, _marker)
            .With("Authorization", $"Bearer {token}")
            .SendAsync();
}
