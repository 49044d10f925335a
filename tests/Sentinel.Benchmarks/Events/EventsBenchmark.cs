using System.Globalization;
using Sentinel.Benchmarks.Comparison;
using Sentinel.Benchmarks.Load;
using Sentinel.Benchmarks.Processes;
using Sentinel.Benchmarks.Report;

namespace Sentinel.Benchmarks.Events;

/// <summary>How late events arrive, and what silent streams hold: without a proxy, with bare YARP, with the gateway.</summary>
internal static class EventsBenchmark
{
    private const int Rounds = 9;
    private const int WarmUpRounds = 2;
    private const int Events = 2000;
    private const int IdleStreams = 1000;

    public static async Task<int> RunAsync()
    {
        await Console.Out.WriteLineAsync($"{Machine.Describe()}\n");
        await using var backend = await Opponent.StartAsync(
            "events-backend", Events.ToString(CultureInfo.InvariantCulture));
        await using var yarp = await Opponent.StartAsync("yarp", backend.Url.AbsoluteUri);
        await using var credentials = await Credentials.StartAsync();
        await using var gateway = await BenchmarkGateway.StartAsync(
            new GatewayStep(KnowsCallers: true, Roles: 2, "BestEffort", IsEmbedded: true),
            backend.Url,
            credentials,
            postgres: null);
        (string Name, Uri Url)[] ways =
        [
            ("direct", new Uri(backend.Url, "mcp")),
            ("YARP", new Uri(yarp.Url, $"{ToolCallBytes.Backend}/mcp")),
            ("Sentinel", new Uri(gateway.Process.Url, $"{ToolCallBytes.Backend}/mcp")),
        ];
        await CompareAsync(ways);
        await Console.Out.WriteLineAsync();
        await WeighAsync("YARP", ways[1].Url, yarp.Process.Id);
        await WeighAsync("Sentinel", ways[2].Url, gateway.Process.Process.Id);
        return 0;
    }

    private static async Task CompareAsync((string Name, Uri Url)[] ways)
    {
        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = TimeSpan.FromMinutes(1) };
        var rounds = ways.ToDictionary(way => way.Name, _ => new List<EventsRound>());
        for (var i = -WarmUpRounds; i < Rounds; i++)
        {
            // Each way goes first in its turn.
            for (var j = 0; j < ways.Length; j++)
            {
                var (name, url) = ways[(j + i + WarmUpRounds) % ways.Length];
                var round = await EventsRound.RunAsync(http, url, Events);
                if (i >= 0)
                {
                    rounds[name].Add(round);
                }
            }
        }

        await Console.Out.WriteLineAsync("| way | first event | an event, p50 | p99 |\n|---|---|---|---|");
        foreach (var (name, _) in ways)
        {
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {Median(name, r => r.FirstUs):F0} µs | {Median(name, r => r.P50Us):F0} µs "
                + $"| {Median(name, r => r.P99Us):F0} µs |"));
        }

        double Median(string name, Func<EventsRound, double> value) =>
            rounds[name].Select(value).Order().ElementAt(Rounds / 2);
    }

    private static async Task WeighAsync(string name, Uri url, int pid)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        var session = await OpenSessionAsync(http, url);
        List<HttpResponseMessage> streams = [await OpenAsync(http, url, session)];
        var before = ProcessStat.RssMegabytesOf(pid);
        for (var i = 0; i < IdleStreams; i++)
        {
            streams.Add(await OpenAsync(http, url, session));
        }

        var grown = ProcessStat.RssMegabytesOf(pid) - before;
        streams.ForEach(stream => stream.Dispose());
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{IdleStreams} idle streams, {name}: {grown:F1} MB, {grown * 1024 / IdleStreams:F1} KB each"));
    }

    private static async Task<string> OpenSessionAsync(HttpClient http, Uri url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, url);
        request.Headers.Add("X-Api-Key", ToolCallBytes.ApiKey);
        using var response = await http.SendAsync(request);
        return response.Headers.GetValues("Mcp-Session-Id").Single();
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http, Uri url, string session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("X-Api-Key", ToolCallBytes.ApiKey);
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.Add("Mcp-Session-Id", session);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.IsSuccessStatusCode
            ? response
            : throw new InvalidOperationException($"{url}: {response.StatusCode}");
    }
}
