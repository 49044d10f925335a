using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Authorization;

public sealed class CallLimiterTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly CallLimiter _limiter;

    public CallLimiterTests() => _limiter = new CallLimiter(_clock);

    public void Dispose() => _limiter.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(60)]
    [InlineData(999)]
    [InlineData(999_983)]
    public void A_minutes_worth_passes_at_once_and_then_as_much_as_time_brings(int perMinute)
    {
        var limits = Limits(fallback: perMinute);

        Assert.Equal(perMinute, Passing(limits, tries: perMinute + 100));
        _clock.Advance(TimeSpan.FromSeconds(30));
        // The time between two tokens is a whole number of the clock's ticks.
        var rounding = 1 + (perMinute / 10_000);
        Assert.InRange(Passing(limits, perMinute + 100), (perMinute / 2) - rounding, (perMinute / 2) + rounding);
        _clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal(perMinute, Passing(limits, perMinute + 100));
    }

    [Theory]
    [InlineData(60, 1)]
    [InlineData(1, 60)]
    [InlineData(7, 9)]
    [InlineData(600, 1)]
    public void The_answer_says_after_how_many_seconds_a_token_is_there_and_then_it_is(int perMinute, int seconds)
    {
        var limits = Limits(fallback: perMinute);
        Passing(limits, perMinute);

        var refusal = Refused(limits);
        Assert.Equal((429, -31429, "rate_limited"), (refusal.HttpStatus, refusal.Code, refusal.Reason));
        Assert.Equal(("Retry-After", $"{seconds}"), refusal.Header);
        Assert.True(refusal.IsPolicy);
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Null(Take(limits));
    }

    [Fact]
    public void A_refused_call_takes_no_token()
    {
        var limits = Limits(fallback: 60);
        Passing(limits, 60);
        for (var i = 0; i < 1000; i++)
        {
            Assert.NotNull(Take(limits));
        }

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(Take(limits));
    }

    [Fact]
    public void Every_pattern_that_matches_counts_in_any_case_and_Default_only_where_none_does()
    {
        var limits = Limits(fallback: 1, ("github/*", 3), ("github/search_*", 2));

        Assert.Null(Take(limits, tools: "search_code"));
        Assert.Null(Take(limits, tools: "SEARCH_issues"));
        var denial = Take(limits, tools: "search_code")!;
        Assert.Equal("github/search_*", denial.Limit);
        Assert.Null(Take(limits, tools: "create_issue"));
        Assert.Equal("github/*", Take(limits, tools: "create_issue")!.Limit);
        Assert.Null(Take(limits, backend: "jira", tools: "search_code"));
        Assert.Equal("Default", Take(limits, backend: "wiki", tools: "read")!.Limit);
    }

    [Fact]
    public void What_one_limit_refuses_takes_nothing_of_another()
    {
        var limits = Limits(null, ("github/*", 10), ("github/search_*", 1));
        Take(limits, tools: "search_code");
        for (var i = 0; i < 50; i++)
        {
            Assert.NotNull(Take(limits, tools: "search_code"));
        }

        Assert.Equal(9, Passing(limits, 50, tools: "create_issue"));
    }

    [Fact]
    public void Callers_with_another_issuer_or_subject_have_buckets_of_their_own()
    {
        var limits = Limits(fallback: 1);
        Caller?[] callers =
        [
            null, new("anonymous", []) { Issuer = "https://a" }, new("alice", []), new("alice", []) { Issuer = "https://a" },
            new("alice", []) { Issuer = "https://b" }, new("bob", []) { Issuer = "https://a" },
        ];

        foreach (var caller in callers)
        {
            Assert.Null(_limiter.Take(Exchange(caller, "github", "a"), limits));
            Assert.NotNull(_limiter.Take(Exchange(caller, "github", "a"), limits));
        }

        // Without a credential everybody is the same caller.
        Assert.NotNull(_limiter.Take(Exchange(new Caller(Caller.AnonymousSubject, ["guest"]), "github", "a"), limits));
    }

    [Fact]
    public void A_batch_takes_a_token_for_each_call_or_none()
    {
        var limits = Limits(null, ("github/*", 5));
        Assert.Null(Take(limits, tools: ["a", "b", "c"]));

        var denial = Take(limits, tools: ["a", "b", "c"])!;

        Assert.Equal(("Retry-After", "12"), denial.Refuse(Call("a"))!.Header);
        Assert.Null(Take(limits, tools: ["a", "b"]));
        Assert.NotNull(Take(limits, tools: "a"));
    }

    [Fact]
    public void In_a_batch_only_the_calls_that_the_limit_is_about_are_refused_for_it()
    {
        var limits = Limits(fallback: 100, ("github/search_*", 1));
        var denial = Take(limits, tools: ["search_a", "read", "search_b"])!;

        Assert.Equal("rate_limited", denial.Refuse(Call("search_a"))!.Reason);
        Assert.Null(denial.Refuse(Call("read")));
        Assert.Equal("rate_limited", denial.Refuse(Call("search_b"))!.Reason);
    }

    [Fact]
    public void A_tool_that_is_switched_off_takes_no_token_and_one_that_is_denied_does()
    {
        var limits = Limits(fallback: 2);
        for (var i = 0; i < 10; i++)
        {
            var killed = Exchange(null, "github", "off");
            killed.Calls[0].Decision = new Decision(false, Decision.ReasonKillSwitch, "disabled github/off");
            Assert.Null(_limiter.Take(killed, limits));
        }

        for (var i = 0; i < 2; i++)
        {
            var denied = Exchange(null, "github", "secret");
            denied.Calls[0].Decision = Decision.NoGrant;
            Assert.Null(_limiter.Take(denied, limits));
        }

        Assert.NotNull(Take(limits));
    }

    [Fact]
    public void Slots_are_taken_until_they_are_given_back_and_given_back_once()
    {
        var limits = new CallLimits([], null, concurrent: 2);
        var first = Exchange(null, "github", "a");
        Assert.Null(_limiter.Take(first, limits));
        Assert.Null(Take(limits));
        Assert.Equal("concurrency_limited", Refused(limits).Reason);
        Assert.Equal(("Retry-After", "1"), Refused(limits).Header);

        first.CallSlots!.Dispose();
        first.CallSlots.Dispose();

        Assert.Null(Take(limits));
        Assert.NotNull(Take(limits));
    }

    [Fact]
    public void A_batch_needs_a_slot_for_each_call()
    {
        var limits = new CallLimits([], null, concurrent: 3);
        var batch = Exchange(null, "github", "a", "b");
        Assert.Null(_limiter.Take(batch, limits));

        Assert.NotNull(Take(limits, tools: ["a", "b"]));
        Assert.Null(Take(limits));
        batch.CallSlots!.Dispose();

        Assert.Null(Take(limits, tools: ["a", "b"]));
    }

    [Fact]
    public void A_reload_keeps_the_buckets_of_limits_that_it_leaves_alone()
    {
        var before = Limits(fallback: 5, ("github/search_*", 3));
        Passing(before, 100, tools: "search_code");
        Passing(before, 100, tools: "read");

        var after = Limits(fallback: 6, ("github/search_*", 3));

        Assert.NotNull(Take(after, tools: "search_code"));
        Assert.Equal(6, Passing(after, 100, tools: "read"));
        // Exchanges under way still go by what they began with.
        Assert.NotNull(Take(before, tools: "read"));
    }

    [Fact]
    public void Callers_leave_when_their_buckets_are_full_and_none_of_their_calls_is_under_way()
    {
        var limits = new CallLimits([], new RateLimit(RateLimit.DefaultName, 60), concurrent: 10);
        var running = Exchange(new Caller("busy", []), "github", "a");
        Assert.Null(_limiter.Take(running, limits));
        for (var i = 0; i < 100; i++)
        {
            var exchange = Exchange(new Caller($"c{i}", []), "github", "a");
            Assert.Null(_limiter.Take(exchange, limits));
            exchange.CallSlots!.Dispose();
        }

        Assert.Equal(101, _limiter.Callers);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, _limiter.Callers);
        running.CallSlots!.Dispose();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _limiter.Callers);
    }

    [Fact]
    public void However_many_callers_there_are_the_table_is_bounded_and_newcomers_are_limited_together()
    {
        var limits = Limits(fallback: 1);
        using var limiter = new CallLimiter(_clock, callersMax: 10);
        bool Passes(string subject) =>
            limiter.Take(Exchange(new Caller(subject, []), "github", "a"), limits) is null;

        var passing = Enumerable.Range(0, 1000).Count(i => Passes($"c{i}"));

        // Ten of their own, and one for everybody else.
        Assert.Equal(11, passing);
        Assert.Equal(10, limiter.Callers);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(Passes("c999"));
        Assert.False(Passes("c999"));
    }

    [Fact]
    public void A_caller_weighs_less_than_a_kilobyte_so_that_the_whole_table_stays_below_a_hundred_megabytes()
    {
        var limits = Limits(fallback: 60, ("github/*", 60));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < CallLimiter.CallersMax; i++)
        {
            _limiter.Take(Exchange(new Caller($"c{i}", []), "github", "a"), limits);
        }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / _limiter.Callers;

        Assert.Equal(CallLimiter.CallersMax, _limiter.Callers);
        Assert.InRange(bytes, 0, 1000);
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes for each caller");
    }

    [Fact]
    public void Threads_together_get_no_more_than_one_would()
    {
        var limits = new CallLimits([], new RateLimit(RateLimit.DefaultName, 1000), concurrent: 1_000_000);
        var passing = 0;

        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 1000; i++)
            {
                if (_limiter.Take(Exchange(null, "github", "a"), limits) is null)
                {
                    Interlocked.Increment(ref passing);
                }
            }
        });

        Assert.Equal(1000, passing);
    }

    [Fact]
    public void Nothing_is_kept_where_nothing_is_limited()
    {
        Assert.Null(Take(CallLimits.None));
        var notCalls = Exchange(null, "github");
        Assert.Null(_limiter.Take(notCalls, Limits(fallback: 1)));

        Assert.Equal(0, _limiter.Callers);
    }

    [Fact]
    public void A_call_of_a_caller_who_is_known_allocates_nothing()
    {
        var limits = Limits(fallback: 1_000_000, ("github/*", 1_000_000), ("jira/*", 1_000_000));
        var exchange = Exchange(new Caller("alice", []) { Issuer = "https://a" }, "github", "a");
        _limiter.Take(exchange, limits);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _limiter.Take(exchange, limits);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static CallLimits Limits(int? fallback, params (string Pattern, int PerMinute)[] perTool) => new(
        [.. perTool.Select(limit => new RateLimit(limit.Pattern, limit.PerMinute))],
        fallback is { } perMinute ? new RateLimit(RateLimit.DefaultName, perMinute) : null,
        concurrent: null);

    private int Passing(CallLimits limits, int tries, string tools = "a") =>
        Enumerable.Range(0, tries).Count(_ => Take(limits, tools: tools) is null);

    private Refusal Refused(CallLimits limits) => Take(limits)!.Refuse(Call("a"))!;

    private LimitDenial? Take(CallLimits limits, string backend = "github", params string[] tools) =>
        _limiter.Take(Exchange(null, backend, tools.Length == 0 ? ["a"] : tools), limits);

    private McpExchange Exchange(Caller? caller, string backend, params string[] tools) => new(_clock)
    {
        Caller = caller,
        Backend = backend,
        Calls = [.. tools.Select(Call)],
    };

    private static ToolCall Call(string tool) => new(new McpMessage(), Guid.Empty, tool, default);
}
