using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>A destination that fails is taken out, and comes back by one request.</summary>
public sealed class CircuitBreakerTests
{
    private const int Failures = 3;
    private const string Opened = "sentinel_backend_circuit_opened_total";
    private const string Healthy = "sentinel_backend_healthy";

    private static readonly Dictionary<string, RequestDelegate> Faults = new()
    {
        ["hangs"] = http => Task.Delay(Timeout.Infinite, http.RequestAborted),
        ["answers 500"] = http =>
        {
            http.Response.StatusCode = 500;
            return http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}}""");
        },
        ["resets before the answer"] = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        },
        ["resets within the answer"] = async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync("data: {\"jsonrpc\":");
            await http.Response.Body.FlushAsync();
            http.Abort();
        },
    };

    public static TheoryData<string> Names => [.. Faults.Keys, "refuses"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_failing_destination_gets_no_call_but_one_at_a_time_to_see_whether_it_is_back(string fault)
    {
        await using var two = await StartAsync("00:00:01");
        await FailAsync(two, fault);
        await OpenAsync(two);
        var attempts = await AttemptsAsync(two, fault);

        // Three trials under load from many sides.
        await Eventually.HoldsAsync(async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => two.CallAsync()));
            return await two.MetricAsync(Opened) >= 4;
        });

        Assert.Equal(
            await two.MetricAsync(Opened) - 1, await AttemptsAsync(two, fault) - attempts);
        Assert.Equal(Failures, attempts);
        two.AssertNothingRanTwice();

        await HealAsync(two, fault);
        await Eventually.HoldsAsync(async () =>
        {
            await two.CallAsync();
            return two.A.Requests.Count(request => request.Path == "/mcp") > attempts + 5;
        });
        Assert.Equal(1, await two.MetricAsync(Healthy));
    }

    [Fact]
    public async Task While_one_call_tries_the_destination_all_others_go_elsewhere_and_its_answer_lets_them_in()
    {
        await using var two = await StartAsync("00:00:05");
        await FailAsync(two, "answers 500");
        await OpenAsync(two);
        var arrived = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        two.LetA(async http =>
        {
            arrived.TrySetResult();
            await answer.Task;
            await TwoDestinations.AnswerAsync(http);
        });

        var calls = new List<Task<Reply>>();
        await Eventually.HoldsAsync(() =>
        {
            calls.Add(two.CallAsync());
            return Task.FromResult(arrived.Task.IsCompleted);
        });
        calls.AddRange(Enumerable.Range(0, 50).Select(_ => two.CallAsync()));
        await Eventually.TrueAsync(() => calls.Count(call => !call.IsCompleted) <= 1, "all calls but the trial ended");

        var atA = two.A.Requests.Count;
        Assert.Equal(Failures + 1, atA);
        answer.SetResult();
        Assert.All(await Task.WhenAll(calls), reply => Assert.Equal(200, reply.Status));
        for (var i = 0; i < 10; i++)
        {
            await two.CallAsync();
        }

        Assert.Equal(atA + 5, two.A.Requests.Count);
        Assert.Equal(1, await two.MetricAsync(Opened));
        two.AssertNothingRanTwice();
    }

    [Fact]
    public async Task Where_no_destination_is_left_calls_are_told_when_to_come_again_and_operators_which_is_dead()
    {
        await using var two = await StartAsync("00:05:00");
        await FailAsync(two, "answers 500");
        await OpenAsync(two);
        var (status, body) = await Rpc.GetAsync(new Uri(two.Gateway.ManagementUrl, "healthz/ready"));
        Assert.Equal(
            (200, """{"status":"degraded","detail":"A destination of a backend does not answer.","dead":["x/a"]}"""),
            (status, body));
        Assert.Equal(
            (200, """{"status":"degraded"}"""), await Rpc.GetAsync(new Uri(two.Gateway.Url, "healthz/ready")));

        two.B.On("/mcp", Faults["answers 500"]);
        for (var i = 0; i < Failures; i++)
        {
            await two.CallAsync();
        }

        var executed = two.A.Requests.Count + two.B.Requests.Count;
        using var response = await RawCall.PostModern(new Uri(two.Gateway.Url, "x/mcp"), "count").SendAsync();
        var error = await response.ReadErrorAsync();
        Assert.Equal((503, -31503, "circuit_open"), ((int)response.StatusCode, error.Code, error.Reason));
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        Assert.Equal(executed, two.A.Requests.Count + two.B.Requests.Count);
        Assert.Equal(503, (await Rpc.GetAsync(new Uri(two.Gateway.Url, "healthz/ready"))).Status);
        var row = await Eventually.YieldsAsync(
            async () => (await two.Table.RowsAsync()).SingleOrDefault(row => row.Text("reason") == "circuit_open"));
        Assert.Equal(("error", 503L), (row.Text("response_status"), row.Number("http_status")));
    }

    [Fact]
    public async Task A_session_waits_for_its_own_destination_while_that_is_left_alone()
    {
        await using var two = await StartAsync("00:00:02");
        two.LetA(async http =>
        {
            http.Response.Headers["Mcp-Session-Id"] = "of-a";
            await TwoDestinations.AnswerAsync(http);
        });
        var session = await Eventually.YieldsAsync(async () =>
        {
            using var opened =
                await RawCall.Post(new Uri(two.Gateway.Url, "x/mcp"), RawCall.WithMethod("initialize")).SendAsync();
            return opened.Header("Mcp-Session-Id");
        });
        await FailAsync(two, "answers 500");
        await OpenAsync(two);

        using (var refused = await InSessionAsync())
        {
            Assert.Equal("circuit_open", (await refused.ReadErrorAsync()).Reason);
        }

        two.LetA(TwoDestinations.AnswerAsync);
        await Eventually.HoldsAsync(async () =>
        {
            using var response = await InSessionAsync();
            return response.IsSuccessStatusCode;
        });
        Assert.Equal("of-a", two.A.Requests[^1].Headers["Mcp-Session-Id"]);
        Assert.DoesNotContain(two.B.Requests, request => request.Headers.ContainsKey("Mcp-Session-Id"));

        Task<HttpResponseMessage> InSessionAsync() =>
            RawCall.Post(new Uri(two.Gateway.Url, "x/mcp"), RawCall.ToolCall("count"))
                .With("Mcp-Session-Id", session).SendAsync();
    }

    [Fact]
    public async Task A_failure_now_and_then_opens_nothing()
    {
        await using var two = await StartAsync("00:05:00");
        for (var i = 0; i < 4; i++)
        {
            two.LetA(Faults["answers 500"]);
            await CallBothAsync(two);
            await CallBothAsync(two);
            two.LetA(TwoDestinations.AnswerAsync);
            await CallBothAsync(two);
        }

        Assert.Equal(0, await two.MetricAsync(Opened));
        Assert.Equal(12, two.A.Requests.Count);
    }

    [Fact]
    public async Task Calls_that_the_gateway_refuses_and_clients_that_leave_say_nothing_of_the_destination()
    {
        await using var two = await StartAsync("00:05:00");
        two.LetA(http =>
        {
            http.Response.StatusCode = 401;
            return Task.CompletedTask;
        });
        for (var i = 0; i < 2 * Failures; i++)
        {
            await CallBothAsync(two);
            await RawCall.Post(new Uri(two.Gateway.Url, "x/mcp"), "[").SendAsync();
        }

        Assert.Equal(0, await two.MetricAsync(Opened));
    }

    [Fact]
    public async Task Headers_in_any_language_arrive_byte_by_byte_and_open_nothing()
    {
        const string Name = "é – 名前";
        await using var two = await StartAsync("00:05:00");
        for (var i = 0; i < 2 * Failures; i++)
        {
            var answer = await RawHttp1.SendAsync(
                two.Gateway.Url,
                "POST /x/mcp HTTP/1.1",
                [
                    "Host: localhost",
                    $"X-Api-Key: {Servers.TesterKey}",
                    "Content-Type: application/json",
                    "Accept: application/json, text/event-stream",
                    $"X-Name: {Name}",
                ],
                RawCall.ToolCall("count"));
            Assert.Equal(200, answer.Status);
        }

        Assert.All(two.A.Requests.Concat(two.B.Requests), request => Assert.Equal(Name, request.Headers["X-Name"]));
        Assert.Equal(0, await two.MetricAsync(Opened));
    }

    [Fact]
    public async Task A_server_that_answers_later_than_the_period_closes_its_circuit_all_the_same()
    {
        await using var two = await TwoDestinations.StartAsync(
            $$"""
            {
              "LoadBalancingPolicy": "RoundRobin",
              "HealthCheck": {
                "Passive": { "Enabled": true, "Policy": "CircuitBreaker", "ReactivationPeriod": "00:00:01" } },
              "Metadata": { "CircuitBreaker.Failures": "{{Failures}}" }
            }
            """);
        await FailAsync(two, "answers 500");
        await OpenAsync(two);
        var answer = new TaskCompletionSource();
        two.LetA(async http =>
        {
            await answer.Task;
            await TwoDestinations.AnswerAsync(http);
        });

        // Three trials, each overdue for the next: nothing is held against the server.
        var calls = new List<Task<Reply>>();
        await Eventually.HoldsAsync(() =>
        {
            calls.Add(two.CallAsync());
            return Task.FromResult(two.A.Requests.Count >= Failures + 3);
        });
        Assert.Equal(1, await two.MetricAsync(Opened));
        answer.SetResult();

        Assert.All(await Task.WhenAll(calls), reply => Assert.Equal(200, reply.Status));
        await Eventually.TrueAsync(async () => await two.MetricAsync(Healthy) == 1, "the circuit is closed");
        Assert.Contains(
            two.Gateway.Process.Lines, line => line.Contains("answers again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_breaker_calls_go_on_to_the_dead_destination()
    {
        await using var two = await TwoDestinations.StartAsync("""{ "LoadBalancingPolicy": "RoundRobin" }""");
        two.LetA(Faults["answers 500"]);
        for (var i = 0; i < 20; i++)
        {
            await two.CallAsync();
        }

        Assert.Equal(10, two.A.Requests.Count);
        Assert.Equal(1, await two.MetricAsync(Healthy));
    }

    private static Task<TwoDestinations> StartAsync(string period) => TwoDestinations.StartAsync(
        $$"""
        {
          "LoadBalancingPolicy": "RoundRobin",
          "HealthCheck": { "Passive": { "Enabled": true, "Policy": "CircuitBreaker", "ReactivationPeriod": "{{period}}" } },
          "Metadata": { "CircuitBreaker.Failures": "{{Failures}}" }
        }
        """,
        """{ "FirstByteSeconds": 1 }""");

    // One after the other, so that every failure is known before the next call.
    private static Task OpenAsync(TwoDestinations two) => Eventually.HoldsAsync(async () =>
    {
        await two.CallAsync();
        return await two.MetricAsync(Opened) == 1;
    });

    private static async Task CallBothAsync(TwoDestinations two)
    {
        await two.CallAsync();
        await two.CallAsync();
    }

    private static async Task FailAsync(TwoDestinations two, string fault)
    {
        if (fault == "refuses")
        {
            await two.NetworkOfA.RefuseAsync();
        }
        else
        {
            two.LetA(Faults[fault]);
        }
    }

    private static Task HealAsync(TwoDestinations two, string fault)
    {
        if (fault == "refuses")
        {
            two.NetworkOfA.Accept();
        }
        else
        {
            two.LetA(TwoDestinations.AnswerAsync);
        }

        return Task.CompletedTask;
    }

    // Of refused connections only the gateway knows.
    private static async Task<long> AttemptsAsync(TwoDestinations two, string fault) =>
        fault == "refuses" ? await two.MetricAsync("sentinel_backend_failed_over_total") : two.A.Requests.Count;
}
