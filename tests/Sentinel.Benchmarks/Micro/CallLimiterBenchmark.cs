using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;
using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Benchmarks.Micro;

/// <summary>What holding a call to its caller's limits costs, and what the framework's limiter would.</summary>
public class CallLimiterBenchmark
{
    private const int PerMinute = 1_000_000;

    private readonly CallLimits _limits = new(
        [new RateLimit("github/search_*", PerMinute), new RateLimit("jira/*", PerMinute)],
        new RateLimit(RateLimit.DefaultName, PerMinute),
        concurrent: null);

    private CallLimiter _ours = null!;
    private PartitionedRateLimiter<int> _framework = null!;
    private McpExchange[] _exchanges = null!;
    private int _next;

    /// <summary>Callers who take turns.</summary>
    [Params(1, 10_000)]
    public int Callers { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _ours = new CallLimiter(TimeProvider.System);
        _framework = PartitionedRateLimiter.Create<int, int>(caller => RateLimitPartition.GetTokenBucketLimiter(
            caller,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = PerMinute,
                TokensPerPeriod = PerMinute / 600,
                ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
            }));
        _exchanges =
        [
            .. Enumerable.Range(0, Callers).Select(i => new McpExchange(TimeProvider.System)
            {
                Caller = new Caller($"caller-{i}", []) { Issuer = "https://idp.example.com" },
                Backend = "github",
                Calls = [new ToolCall(new McpMessage(), Guid.Empty, "search_code", default)],
            }),
        ];
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _ours.Dispose();
        _framework.Dispose();
    }

    /// <summary>Finds the caller, holds the tool against three patterns, takes a token.</summary>
    [Benchmark]
    public bool Sentinel() => _ours.Take(_exchanges[Next()], _limits) is null;

    /// <summary>Finds the caller, takes a token.</summary>
    [Benchmark]
    public bool Framework()
    {
        using var lease = _framework.AttemptAcquire(Next());
        return lease.IsAcquired;
    }

    private int Next() => _next = _next + 1 < Callers ? _next + 1 : 0;
}
