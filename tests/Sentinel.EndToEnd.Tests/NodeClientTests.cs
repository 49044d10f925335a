using System.Text.Json;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>The official TypeScript clients observe through the gateway what they observe without it.</summary>
public sealed class NodeClientTests(Servers servers)
{
    private const int Steps = 11;

    public static TheoryData<string, string, Answers> Clients
    {
        get
        {
            var data = new TheoryData<string, string, Answers>();
            foreach (var answers in Enum.GetValues<Answers>())
            {
                data.Add("client-v1.mjs", "legacy", answers);
                data.Add("client-v2.mjs", "legacy", answers);
                data.Add("client-v2.mjs", "auto", answers);
                data.Add("client-v2.mjs", Rpc.Revision, answers);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Observes_through_the_gateway_what_it_observes_without(string script, string era, Answers answers)
    {
        Requires.NodePackages();
        var (server, prefix) =
            answers is Answers.Sse ? (servers.Sample, "sample") : (servers.SampleJson, "sample-json");

        var direct = await RunAsync(script, era, server, server.McpUrl, key: null);
        var gateway = await servers.Gateway;
        var through = await RunAsync(script, era, server, new Uri(gateway.Url, $"{prefix}/mcp"), Servers.TesterKey);

        Assert.Equal(direct.Transcript, through.Transcript);
        Assert.Equal(direct.Outcomes, through.Outcomes);
        Assert.Equal(direct.Requests, through.Requests);
        Assert.Equal(Steps, direct.Transcript.Count);
        Assert.Equal("""{"step":"close","saw":true}""", direct.Transcript[^1]);
    }

    private static async Task<Observed> RunAsync(
        string script,
        string era,
        SampleServerProcess server,
        Uri url,
        string? key
    )
    {
        var marker = Guid.NewGuid().ToString("n");
        var headers = new Dictionary<string, string> { [Servers.Marker] = marker };
        if (key is not null)
        {
            headers["X-Api-Key"] = key;
        }

        await using var client = ChildProcess.Start(
            "node",
            [Artifacts.Source($"tests/Node/{script}"), url.AbsoluteUri, JsonSerializer.Serialize(headers), era]
        );
        var exitCode = await client.WaitForExitAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, client.Output);

        // Calls side by side are logged in any order, and so is the stream that a client opens beside its calls.
        var calls = (await server.Calls()).Where(call => call.Header(Servers.Marker) == marker);
        var requests = (await server.Requests()).Where(request => request.Header(Servers.Marker) == marker);
        return new Observed(
            client.Lines,
            [.. calls.Select(call => $"{call.Tool} {call.Outcome}").Order(StringComparer.Ordinal)],
            [.. requests.Select(Shown).Order(StringComparer.Ordinal)]
        );
    }

    private static string Shown(SampleRequest request) =>
        $"{request.Method} {request.Header("MCP-Protocol-Version")} {request.Header("Mcp-Method")} "
        + $"{request.Header("Accept")} session: {request.Header("Mcp-Session-Id") is not null} {request.BodySha256}";

    /// <summary>What the client wrote, what the server executed, and what it was sent.</summary>
    private sealed record Observed(
        IReadOnlyList<string> Transcript,
        IReadOnlyList<string> Outcomes,
        IReadOnlyList<string> Requests
    );
}
