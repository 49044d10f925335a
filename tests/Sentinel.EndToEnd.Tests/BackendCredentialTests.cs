using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What Sentinel presents to backends in the clients' place.</summary>
public sealed class BackendCredentialTests(Servers servers, CredentialGateway started) : IClassFixture<CredentialGateway>
{
    private const string Token = "/token";

    private readonly string _path = $"{Guid.NewGuid():n}";

    [Fact]
    public async Task Headers_come_from_the_file_and_the_environment()
    {
        using var response = await SendAsync("fixed");

        var arrived = Assert.Single(Arrived()).Headers;
        Assert.Equal("Bearer from-the-environment", arrived.Authorization);
        Assert.Equal("acme", arrived["X-Tenant"]);
    }

    [Fact]
    public async Task A_backend_without_settings_is_sent_nothing()
    {
        using var response = await SendAsync("raw");

        Assert.Equal(0, Assert.Single(Arrived()).Headers.Authorization.Count);
    }

    [Fact]
    public async Task A_token_is_fetched_once_for_many_calls()
    {
        var asked = new ConcurrentQueue<(string Authorization, string Form)>();
        started.Endpoint.On(Token, async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            asked.Enqueue((http.Request.Headers.Authorization.ToString(), await reader.ReadToEndAsync()));
            await http.Response.WriteAsync("""{"access_token":"t-1","token_type":"bearer","expires_in":3600}""");
        });

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync("granted")));

        Assert.All(responses, response => Assert.Equal(404, (int)response.StatusCode));
        Assert.All(Arrived(), request => Assert.Equal("Bearer t-1", request.Headers.Authorization));
        Assert.Equal(20, Arrived().Length);
        var (authorization, form) = Assert.Single(asked);
        Assert.Equal("Basic Z2F0ZSUzQXdheTpmcm9tLXRoZS1lbnZpcm9ubWVudA==", authorization);
        Assert.Equal("grant_type=client_credentials&scope=a+b&resource=https%3A%2F%2Fserver.example%2Fmcp", form);
    }

    [Theory]
    [InlineData("refusing", 401, """{"error":"invalid_client","error_description":"No such client."}""",
        "it answered 401: invalid_client, No such client.")]
    [InlineData("talking", 200, "<html>", "it answered 200 without a JSON object")]
    [InlineData("empty", 200, "{}", "its answer has no access_token that a header can carry")]
    [InlineData("injecting", 200, """{"access_token":"a\r\nX: 1"}""",
        "its answer has no access_token that a header can carry")]
    [InlineData("typed", 200, """{"access_token":"a","token_type":"mac"}""",
        "it gave a token of another type than Bearer: mac")]
    [InlineData("redirecting", 307, "", "it answered 307 without a JSON object")]
    public async Task Without_a_token_the_call_is_refused_and_the_log_says_why(
        string backend,
        int status,
        string answer,
        string problem)
    {
        started.Endpoint.On($"{Token}/{backend}", http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/elsewhere";
            return http.Response.WriteAsync(answer);
        });

        using var response = await SendAsync(backend);

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal("backend_credential", (await response.ReadErrorAsync()).Reason);
        Assert.Empty(Arrived());
        Assert.DoesNotContain(started.Endpoint.Requests, request => request.Path == "/elsewhere");
        await started.Gateway.Process.WaitForLineAsync(line =>
            line.Contains($"for {backend} at ", StringComparison.Ordinal)
            && line.Contains(problem, StringComparison.Ordinal));
        Assert.DoesNotContain("from-the-environment", started.Gateway.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_costs_no_more_than_its_time()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        started.Endpoint.On($"{Token}/silent", async http =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });

        using var response = await SendAsync("silent");

        Assert.Equal("backend_credential", (await response.ReadErrorAsync()).Reason);
        Assert.True(asked.Task.IsCompleted);
        await started.Gateway.Process.WaitForLineAsync(line =>
            line.Contains("no answer within 1 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backend_that_refuses_the_gateways_token_is_no_business_of_the_clients()
    {
        servers.Raw.On($"/{_path}", http =>
        {
            http.Response.StatusCode = 401;
            http.Response.Headers.WWWAuthenticate = "Bearer resource_metadata=\"http://inner/\"";
            return Task.CompletedTask;
        });

        using var response = await SendAsync("fixed");

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal("backend_refused", (await response.ReadErrorAsync()).Reason);
        Assert.Null(response.Header("WWW-Authenticate"));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_backend_that_judges_the_clients_token_itself_is_heard(int status)
    {
        servers.Raw.On($"/{_path}", http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.WWWAuthenticate = "Bearer scope=\"more\"";
            return http.Response.WriteAsync("the server's own words");
        });

        using var response = await SendAsync("judging");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("Bearer scope=\"more\"", response.Header("WWW-Authenticate"));
        Assert.Equal(
            "the server's own words",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.DoesNotContain(Servers.TesterKey, string.Join('\n', Arrived().Single().Headers), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> SendAsync(string backend)
    {
        var url = new Uri(started.Gateway.Url, $"{backend}/{_path}");
        return await RawCall.Post(url, RawCall.ToolCall("echo"), key: null)
            .With("Authorization", $"Bearer {Servers.TesterKey}")
            .SendAsync();
    }

    private ScriptedRequest[] Arrived() => [.. servers.Raw.Requests.Where(request => request.Path == $"/{_path}")];
}

/// <summary>A gateway with credentials of its own for its backends, and the endpoint where it fetches tokens.</summary>
public sealed class CredentialGateway(Servers servers) : IAsyncLifetime
{
    private static readonly string[] Failing =
        ["refusing", "talking", "empty", "injecting", "typed", "redirecting", "silent"];

    public GatewayProcess Gateway { get; private set; } = null!;

    public ScriptedBackend Endpoint { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Endpoint = await ScriptedBackend.StartAsync();
        var config = servers.Config()
            .Backend("fixed", servers.Raw.Url).Backend("judging", servers.Raw.Url).Backend("granted", servers.Raw.Url);
        var backends = new JsonObject
        {
            ["fixed"] = new JsonObject
            {
                ["Headers"] = new JsonObject { ["Authorization"] = "Bearer env:BACKEND_SECRET", ["X-Tenant"] = "acme" },
            },
            ["judging"] = new JsonObject { ["ForwardAuthorization"] = true },
            ["granted"] = Granted("gate:way", "token"),
        };
        var granted = backends["granted"]!["ClientCredentials"]!;
        granted["Scope"] = "a b";
        granted["Resource"] = "https://server.example/mcp";
        foreach (var backend in Failing)
        {
            config.Backend(backend, servers.Raw.Url);
            backends[backend] = Granted(backend, $"token/{backend}");
        }

        config.Sentinel["Backends"] = backends;
        Gateway = await GatewayProcess.StartAsync(
            config, new Dictionary<string, string?> { ["BACKEND_SECRET"] = "from-the-environment" });
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Endpoint.DisposeAsync();
    }

    private JsonObject Granted(string clientId, string path) => new()
    {
        ["ClientCredentials"] = new JsonObject
        {
            ["TokenUrl"] = new Uri(Endpoint.Url, path).AbsoluteUri,
            ["ClientId"] = clientId,
            ["ClientSecretEnv"] = "BACKEND_SECRET",
            ["TimeoutSeconds"] = clientId == "silent" ? 1 : 10,
        },
    };
}
