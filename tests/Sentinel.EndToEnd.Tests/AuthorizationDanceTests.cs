using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using ModelContextProtocol.Authentication;
using ModelContextProtocol.Client;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>
/// The official clients know nothing but the gateway's URL: 401, metadata, issuer, registration, consent, token, call.
/// </summary>
public sealed class AuthorizationDanceTests(Servers servers) : IAsyncLifetime
{
    private TestIssuer _issuer = null!;
    private TestAuthorizationServer _authorization = null!;
    private GatewayProcess _gateway = null!;

    private Uri Endpoint => new(_gateway.Url, "sample/mcp");

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        _authorization = new TestAuthorizationServer(_issuer, "runner");
        var port = FreePort.Take();
        var config = new ProxyConfig().Backend("sample", servers.Sample.Url).Role("runner", allow: ["*"]);
        config.Sentinel["PublicUrl"] = $"http://127.0.0.1:{port}";
        config.Sentinel["Authentication"] = new JsonObject
        {
            ["Issuers"] = new JsonArray(new JsonObject
            {
                ["Authority"] = _issuer.Authority,
                ["Audiences"] = new JsonArray($"http://127.0.0.1:{port}/sample/mcp"),
                ["Scopes"] = new JsonArray("mcp:call"),
                ["RequireHttpsMetadata"] = false,
            }),
        };
        _gateway = await GatewayProcess.StartAsync(config, urls: $"http://127.0.0.1:{port}");
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Theory]
    [InlineData(Era.Legacy)]
    [InlineData(Era.Modern)]
    [InlineData(Era.Detected)]
    public async Task Is_danced_to_the_end_by_the_CSharp_client(Era era)
    {
        await using var transport = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = Endpoint,
            TransportMode = era is Era.Detected ? HttpTransportMode.AutoDetect : HttpTransportMode.StreamableHttp,
            OAuth = new ClientOAuthOptions
            {
                RedirectUri = new Uri("http://127.0.0.1:1/callback"),
                AuthorizationCallbackHandler = ConsentAsync,
                DynamicClientRegistration = new DynamicClientRegistrationOptions { ClientName = "sentinel-oauth" },
            },
        });
        await using var client = await McpClient.CreateAsync(
            transport, new ClientHost().Options(era), cancellationToken: TestContext.Current.CancellationToken);

        var result = await client.CallToolAsync(
            "echo",
            new Dictionary<string, object?> { ["text"] = "authorized" },
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("authorized", OfficialClient.Text(result));
        Assert.Empty(_authorization.Refused);
    }

    [Theory]
    [InlineData("oauth-v1.mjs", "")]
    [InlineData("oauth-v2.mjs", "legacy")]
    [InlineData("oauth-v2.mjs", "auto")]
    [InlineData("oauth-v2.mjs", Rpc.Revision)]
    public async Task Is_danced_to_the_end_by_the_TypeScript_client(string script, string era)
    {
        Requires.NodePackages();

        await using var client = ChildProcess.Start(
            "node", [Artifacts.Source($"tests/Node/{script}"), Endpoint.AbsoluteUri, era]);
        var exitCode = await client.WaitForExitAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(exitCode == 0, client.Output);
        Assert.Contains("authorized", client.Output, StringComparison.Ordinal);
        Assert.Empty(_authorization.Refused);
    }

    private static async Task<AuthorizationResult?> ConsentAsync(
        AuthorizationCallbackContext context,
        CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await http.GetAsync(context.AuthorizationUri, cancellationToken);
        var callback = QueryHelpers.ParseQuery(answer.Headers.Location!.Query);
        return new AuthorizationResult
        {
            Code = callback["code"].ToString(),
            State = callback["state"],
            Iss = callback["iss"],
        };
    }
}
