using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class BackendFaultTests(Servers servers)
{
    private readonly string _path = $"{Guid.NewGuid():n}";

    [Theory]
    [InlineData("", "raw/elsewhere?x=1")]
    [InlineData("http://BACKEND", "raw/elsewhere?x=1")]
    public async Task A_redirect_within_the_backend_stays_under_its_route(string origin, string expected)
    {
        servers.Raw.On($"/{_path}", Redirect(origin + "/elsewhere?x=1"));

        using var response = await (await ToRawAsync()).SendAsync();

        var gateway = await servers.Gateway;
        var asked = new Uri(gateway.Url, $"raw/{_path}");
        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Equal(new Uri(gateway.Url, expected), new Uri(asked, response.Header("Location")));
    }

    [Theory]
    [InlineData("http://203.0.113.7/elsewhere")]
    [InlineData("https://BACKEND/elsewhere")]
    [InlineData("//203.0.113.7/elsewhere")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_to_anywhere_else_is_a_bad_gateway(string location)
    {
        servers.Raw.On($"/{_path}", Redirect(location));

        using var response = await (await ToRawAsync()).SendAsync();

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Null(response.Header("Location"));
        Assert.Equal(-31502, (await response.ReadErrorAsync()).Code);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_backend_that_refuses_the_gateway_is_a_bad_gateway(int status)
    {
        servers.Raw.On($"/{_path}", http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.WWWAuthenticate = "Bearer resource_metadata=\"http://backend.example/\"";
            return http.Response.WriteAsync("who are you?");
        });

        using var response = await (await ToRawAsync()).SendAsync();

        var error = await response.ReadErrorAsync();
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(("\"an id\"", -31502, "backend_refused"), (error.Id, error.Code, error.Reason));
        Assert.Equal(response.Header("Sentinel-Request-Id"), error.RequestId);
        Assert.Null(response.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task A_backend_that_is_not_there_is_a_bad_gateway()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = new Uri($"http://{closed.LocalEndpoint}/");
        closed.Stop();
        var config = new ProxyConfig()
            .Backend("gone", address)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"]);
        await using var gateway = await GatewayProcess.StartAsync(config);

        using var response = await RawCall
            .Post(new Uri(gateway.Url, "gone/mcp"), RawCall.ToolCall("echo", "\"an id\""))
            .SendAsync();

        var error = await response.ReadErrorAsync();
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(("\"an id\"", -31502, "backend_unreachable"), (error.Id, error.Code, error.Reason));
    }

    private async Task<HttpRequestMessage> ToRawAsync() =>
        RawCall.Post(new Uri((await servers.Gateway).Url, $"raw/{_path}"), RawCall.ToolCall("echo", "\"an id\""));

    // BACKEND stands for the backend's host and port.
    private RequestDelegate Redirect(string location) =>
        http =>
        {
            http.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            http.Response.Headers.Location = location.Replace(
                "BACKEND",
                servers.Raw.Url.Authority,
                StringComparison.Ordinal
            );
            return Task.CompletedTask;
        };
}
