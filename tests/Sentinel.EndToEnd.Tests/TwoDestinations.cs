using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>
/// A gateway before one backend of two destinations, recording into the embedded store. <c>a</c> can be made to fail and
/// <c>b</c> never does; both keep what they were asked.
/// </summary>
internal sealed class TwoDestinations : IAsyncDisposable
{
    public const string Result = """{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""";

    private readonly TemporaryFolder _folder = new();
    private RequestDelegate _answerOfA = AnswerAsync;
    private int _calls;

    private TwoDestinations()
    {
    }

    public GatewayProcess Gateway { get; private set; } = null!;

    public ScriptedBackend A { get; private set; } = null!;

    public ScriptedBackend B { get; private set; } = null!;

    /// <summary>The network before <see cref="A"/>.</summary>
    public TcpFaultProxy NetworkOfA { get; private set; } = null!;

    public AuditTable Table => AuditTable.OfFile(_folder.File("audit.db"));

    /// <param name="cluster">More keys of the cluster.</param>
    /// <param name="backend">The backend's settings.</param>
    /// <param name="limits">The <c>Limits</c> section.</param>
    public static async Task<TwoDestinations> StartAsync(
        string cluster,
        string backend = "{}",
        string limits = "{}")
    {
        var two = new TwoDestinations();
        two.A = await ScriptedBackend.StartAsync(http => two._answerOfA(http));
        two.B = await ScriptedBackend.StartAsync(AnswerAsync);
        two.NetworkOfA = new TcpFaultProxy(two.A.Url.Port);
        var config = new ProxyConfig()
            .Backend("x", new Uri($"http://127.0.0.1:{two.NetworkOfA.Port}/"), two.B.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"])
            .AuditToSqlite(two._folder.File("audit.db"));
        foreach (var (key, value) in JsonNode.Parse(cluster)!.AsObject())
        {
            config.ReverseProxy["Clusters"]!["x"]![key] = value?.DeepClone();
        }

        config.Sentinel["Backends"] = new JsonObject { ["x"] = JsonNode.Parse(backend) };
        config.Sentinel["Limits"] = JsonNode.Parse(limits);
        two.Gateway = await GatewayProcess.StartAsync(config);
        return two;
    }

    /// <summary>What <see cref="A"/> does from now on.</summary>
    public void LetA(RequestDelegate answer) => _answerOfA = answer;

    /// <summary>Makes a call that no other call equals, and reads what comes of the answer.</summary>
    public Task<Reply> CallAsync(string path = "mcp") => Rpc.CallAsync(
        new Uri(Gateway.Url, $"x/{path}"),
        Servers.TesterKey,
        "count",
        $$"""{"call":{{Interlocked.Increment(ref _calls)}}}""",
        client: path);

    public Task<long> MetricAsync(string name, string destination = "a") =>
        Rpc.MetricAsync(Gateway.ManagementUrl, $$"""{{name}}{backend="x",destination="{{destination}}"}""");

    /// <summary>Fails where a call was executed more than once, on whichever destination.</summary>
    public void AssertNothingRanTwice() =>
        Assert.All(
            A.Requests.Concat(B.Requests).GroupBy(request => request.BodySha256),
            executions => Assert.Single(executions));

    public static Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(Result);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await NetworkOfA.DisposeAsync();
        await A.DisposeAsync();
        await B.DisposeAsync();
        _folder.Dispose();
    }
}
