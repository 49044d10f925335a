using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>A server that can do so much at a time, and clients that ask for several times as much.</summary>
[Collection(nameof(HeavyLoad))]
public sealed class OverloadTests : IAsyncLifetime
{
    // What the server does at a time, and for how long each; so much the limit lets through.
    private const int Capacity = 4;
    private const int Times = 5;
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(4);

    private readonly SemaphoreSlim _workers = new(Capacity);
    private ScriptedBackend _backend = null!;
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync() => _backend = await ScriptedBackend.StartAsync(WorkAsync);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _backend.DisposeAsync();
        _workers.Dispose();
    }

    [Fact]
    public async Task Several_times_the_capacity_costs_neither_goodput_nor_latency_nor_memory()
    {
        await StartAsync(new JsonObject { ["Total"] = new JsonObject { ["Requests"] = Capacity } });
        var calm = await LoadAsync(Capacity);
        var memory = new ProcessMemory(_gateway.Process.Id);
        var before = memory.PeakBytes;

        var overload = await LoadAsync(Capacity * Times);
        var grown = memory.PeakBytes - before;
        var after = await LoadAsync(Capacity);

        Print(calm, overload, after);
        TestContext.Current.TestOutputHelper?.WriteLine($"peak grew by {grown / 1024} KB");
        Assert.True(calm.Refused <= calm.Answered / 20, $"{calm}: the clients have room.");
        Assert.True(overload.Refused > overload.Answered, $"{overload}: there was no overload.");
        Assert.Equal(0, overload.Failed);
        Assert.True(overload.Timely > 0.8 * calm.Timely, $"Goodput fell from {calm} to {overload}.");
        Assert.True(overload.P95 < 3 * calm.P95, $"Latency grew from {calm} to {overload}.");
        Assert.True(grown < 32 * 1024 * 1024, $"Memory grew by {grown} bytes.");
        Assert.True(after.Refused <= after.Answered / 20, $"No recovery: {after}.");
        Assert.True(after.Timely > 0.8 * calm.Timely, $"No recovery: from {calm} to {after}.");
    }

    [Fact]
    public async Task Without_a_limit_the_same_load_is_answered_too_late_to_be_of_use()
    {
        await StartAsync([]);
        var calm = await LoadAsync(Capacity);

        var overload = await LoadAsync(Capacity * Times);

        Print(calm, overload);
        Assert.Equal(0, overload.Refused);
        Assert.True(overload.P95 > 3 * calm.P95, $"Latency went from {calm} to {overload}.");
        Assert.True(overload.Timely < 0.5 * calm.Timely, $"Goodput went from {calm} to {overload}.");
    }

    private async Task StartAsync(JsonObject limits)
    {
        var config = new ProxyConfig()
            .Backend("raw", _backend.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"])
            .AuditToSqlite("audit.db");
        config.Sentinel["Limits"] = limits;
        _gateway = await GatewayProcess.StartAsync(config);

        // Once through everything, so that no phase pays for the compiler.
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => CallAsync()));
    }

    private async Task WorkAsync(HttpContext http)
    {
        await _workers.WaitAsync(http.RequestAborted);
        try
        {
            await Task.Delay(Work, http.RequestAborted);
        }
        finally
        {
            _workers.Release();
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""");
    }

    // So many clients, each with one call at a time; who is turned away comes again after as long as a call takes.
    private async Task<Figures> LoadAsync(int clients)
    {
        var started = TimeProvider.System.GetTimestamp();
        var calls = await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            var own = new List<(int Status, TimeSpan Took)>();
            using var pace = new PeriodicTimer(Work);
            while (TimeProvider.System.GetElapsedTime(started) < Phase)
            {
                var call = await CallAsync();
                own.Add(call);
                if (call.Status != 200)
                {
                    await pace.WaitForNextTickAsync();
                }
            }

            return own;
        }));
        return new Figures([.. calls.SelectMany(own => own)]);
    }

    private async Task<(int Status, TimeSpan Took)> CallAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        var reply = await Rpc.CallAsync(new Uri(_gateway.Url, "raw/mcp"), Servers.TesterKey, "echo");
        return (reply.Status, TimeProvider.System.GetElapsedTime(started));
    }

    private static void Print(params Figures[] phases)
    {
        foreach (var phase in phases)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{phase}");
        }
    }

    /// <summary>What came of a phase's calls. Timely is an answer within three times the work.</summary>
    private sealed class Figures(IReadOnlyList<(int Status, TimeSpan Took)> calls)
    {
        public int Answered { get; } = calls.Count(call => call.Status == 200);

        public int Refused { get; } = calls.Count(call => call.Status == 503);

        public int Failed => calls.Count - Answered - Refused;

        public int Timely { get; } = calls.Count(call => call.Status == 200 && call.Took < 3 * Work);

        public TimeSpan P95 { get; } = calls.Where(call => call.Status == 200).Select(call => call.Took).Order()
            .ElementAt(calls.Count(call => call.Status == 200) * 95 / 100);

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Answered} answered, {Timely} timely, {Refused} refused, {Failed} failed, p95 {P95.TotalMilliseconds:F0} ms");
    }
}
