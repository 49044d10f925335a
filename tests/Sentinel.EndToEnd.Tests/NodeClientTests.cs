using System.Text.Json;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>The official TypeScript clients observe through the gateway what they observe without it.</summary>
public sealed class NodeClientTests(Servers servers)
{
    private const string HttpSse = "http+sse";
    private const string Legacy = "legacy";
    private const int Steps = 17;

    public static TheoryData<string, string, Answers> Clients
    {
        get
        {
            var data = new TheoryData<string, string, Answers>();
            foreach (var answers in Enum.GetValues<Answers>())
            {
                data.Add("client-v1.mjs", Legacy, answers);
                data.Add("client-v2.mjs", Legacy, answers);
                data.Add("client-v2.mjs", "auto", answers);
                data.Add("client-v2.mjs", Rpc.Revision, answers);
            }

            data.Add("client-v1.mjs", HttpSse, Answers.Sse);
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

        var gateway = await servers.Gateway;
        var path = era is HttpSse ? "sse" : "mcp";
        string[] arguments = [script, era, Can(era, answers)];

        var direct = await RunAsync(arguments, server, new Uri(server.Url, path), key: null);
        var through = await RunAsync(arguments, server, new Uri(gateway.Url, $"{prefix}/{path}"), Servers.TesterKey);

        Assert.Equal(direct.Transcript, through.Transcript);
        Assert.Equal(direct.Outcomes, through.Outcomes);
        Assert.Equal(direct.Requests, through.Requests);
        Assert.Equal(answers is Answers.Sse, through.Outcomes.Contains("slow cancelled"));
        Assert.Equal(Steps, direct.Transcript.Count);
        Assert.Equal("""{"step":"close","saw":true}""", direct.Transcript[^1]);
    }

    // One JSON body can bring nothing but the answer; revisions without sessions know no other streams.
    private static string Can(string era, Answers answers) => JsonSerializer.Serialize(new
    {
        beAsked = answers is Answers.Sse || era is not Legacy,
        cancel = answers is Answers.Sse,
        hearAnnouncements = era is Legacy or HttpSse,
        resume = answers is Answers.Sse && era is Legacy,
    });

    private static async Task<Observed> RunAsync(
        string[] arguments,
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
            [
                Artifacts.Source($"tests/Node/{arguments[0]}"), url.AbsoluteUri, JsonSerializer.Serialize(headers),
                .. arguments[1..],
            ]
        );
        var exitCode = await client.WaitForExitAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, client.Output);

        // A tool that was cancelled ends in its own time.
        await Eventually.HoldsAsync(async () =>
        {
            var ends = (await CallsAsync()).ToLookup(call => call.Outcome is "started");
            return ends[true].Count() == ends[false].Count();
        });

        // Calls side by side are logged in any order, and so is the stream that a client opens beside its calls.
        var calls = await CallsAsync();
        var requests = (await server.Requests()).Where(request => request.Header(Servers.Marker) == marker);
        return new Observed(
            client.Lines,
            [.. calls.Select(call => $"{call.Tool} {call.Outcome}").Order(StringComparer.Ordinal)],
            [.. requests.Select(Shown).Order(StringComparer.Ordinal)]
        );

        async Task<IEnumerable<SampleCall>> CallsAsync() =>
            (await server.Calls()).Where(call => call.Header(Servers.Marker) == marker);
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
