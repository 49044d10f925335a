using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Configuration.Proxy;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

/// <summary>How destinations are chosen, watched and timed, as proxy.json says it.</summary>
public sealed class DestinationSettingsTests
{
    [Theory]
    [InlineData("\"ConnectSeconds\": 0", "ConnectSeconds (line 4): '0' is out of range; write a number from 1 to 300")]
    [InlineData("\"FirstByteSeconds\": 86401",
        "FirstByteSeconds (line 4): '86401' is out of range; write a number from 1 to 86400")]
    [InlineData("\"IdleSeconds\": -1", "IdleSeconds (line 4): '-1' is out of range; write a number from 0 to 86400")]
    [InlineData("\"MaxSeconds\": 0", "MaxSeconds (line 4): '0' is out of range; write a number from 1 to 86400")]
    [InlineData("\"MaxSeconds\": \"1\"", "MaxSeconds (line 4): this is a text; write a whole number")]
    [InlineData("\"FailOver\": 1", "FailOver (line 4): this is a number; write true or false")]
    [InlineData("\"ConnectSeconds\": 5, \"FirstByteSeconds\": 4",
        "FirstByteSeconds (line 4): 4 s are over before the 5 s of a part of it; write more")]
    [InlineData("\"FirstByteSeconds\": 5, \"MaxSeconds\": 4",
        "MaxSeconds (line 4): 4 s are over before the 5 s of a part of it; write more")]
    [InlineData("\"FirstByteSeconds\": 5, \"IdleSeconds\": 4",
        "FirstByteSeconds (line 4): the answer is not waited for that long: nothing may be idle for more than 4 s; "
            + "write a higher IdleSeconds, or 0")]
    [InlineData("\"FirstByteSeconds\": 1801",
        "FirstByteSeconds (line 4): the answer is not waited for that long: nothing may be idle for more than 1800 s; "
            + "write a higher IdleSeconds, or 0")]
    public async Task A_time_limit_that_cannot_act_is_refused(string members, string expected) =>
        await Reading.AssertFaultsAsync(
            $"$.Sentinel.Backends.a.{expected}", Reading.OpenFile($$"""  "Backends": { "a": { {{members}} } }"""));

    [Fact]
    public async Task A_cluster_that_says_how_long_it_may_be_idle_is_not_told_again() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Backends.a.IdleSeconds (line 1): the cluster's HttpRequest.ActivityTimeout says the same thing; "
                + "keep one of them",
            File("\"HttpRequest\": { \"ActivityTimeout\": \"00:05:00\" }", "{ \"a\": { \"IdleSeconds\": 5 } }"));

    [Theory]
    [InlineData("\"Metadata\": { \"CircuitBreaker.Failures\": \"0\" }",
        "Metadata[\"CircuitBreaker.Failures\"] (line 1): this is no number of failures; write a whole number from 1 to "
            + "1000")]
    [InlineData("\"Metadata\": { \"CircuitBreaker.Failures\": \"many\" }",
        "Metadata[\"CircuitBreaker.Failures\"] (line 1): this is no number of failures; write a whole number from 1 to "
            + "1000")]
    [InlineData("\"HealthCheck\": { \"Passive\": { \"Enabled\": true, \"Policy\": \"CircuitBreaker\", "
        + "\"ReactivationPeriod\": \"-00:00:01\" } }",
        "HealthCheck.Passive.ReactivationPeriod (line 1): this is no time to leave a destination alone for; write one "
            + "such as 00:00:10")]
    [InlineData("\"HealthCheck\": { \"Active\": { \"Enabled\": true, \"Policy\": \"Mcp\" } }",
        "HealthCheck.Active.Path (line 1): there is no path to probe; write that of the server's MCP endpoint, for "
            + "example /mcp")]
    public async Task A_policy_that_lacks_what_it_needs_is_refused(string member, string expected)
    {
        var result = await Reading.ReadAsync(File(member));

        Assert.Contains($"$.ReverseProxy.Clusters.a.{expected}", result.Faults.Select(fault => fault.ToString()));
    }

    [Theory]
    [InlineData("\"LoadBalancingPolicy\": \"CallerHsh\"")]
    [InlineData("\"HealthCheck\": { \"Active\": { \"Enabled\": true, \"Policy\": \"Mpc\" } }")]
    [InlineData("\"HealthCheck\": { \"Passive\": { \"Enabled\": true, \"Policy\": \"CircuitBraker\" } }")]
    [InlineData("\"HealthCheck\": { \"Passive\": { \"Enabled\": true, \"Policy\": \"Mcp\" } }")]
    public async Task A_policy_that_nobody_has_is_refused_as_before(string member)
    {
        var result = await Reading.ReadAsync(File(member));

        Assert.StartsWith(
            "$.ReverseProxy.Clusters.a (line 1): YARP refuses this:",
            Assert.Single(result.Faults).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_and_limits_are_taken()
    {
        var snapshot = await Reading.ReadValidAsync(File(
            """
            "LoadBalancingPolicy": "CallerHash", "Metadata": { "mine": "1", "Sentinel.MaxSeconds": "oops" },
            "HealthCheck": {
              "Active": { "Enabled": true, "Policy": "Mcp", "Path": "/mcp" },
              "Passive": { "Enabled": true, "Policy": "CircuitBreaker" } }
            """,
            """{ "a": { "ConnectSeconds": 2, "FirstByteSeconds": 30, "IdleSeconds": 0, "FailOver": false } }"""));

        var cluster = Assert.Single(snapshot.Clusters);
        Assert.Equal("CallerHash", cluster.LoadBalancingPolicy);
        Assert.True(OwnPolicies.HasMcpProbe(cluster) && OwnPolicies.HasCircuitBreaker(cluster));
        Assert.Equal((5, TimeSpan.FromSeconds(10)), (OwnPolicies.Failures(cluster), OwnPolicies.OpenPeriod(cluster)));
        Assert.Equal(
            new TimeLimits(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30), null), ClusterStamp.Read(cluster.Metadata));
        Assert.Equal("1", cluster.Metadata!["mine"]);
        Assert.Equal(Timeout.InfiniteTimeSpan, cluster.HttpRequest!.ActivityTimeout);
        Assert.False(snapshot.Backends["a"].FailsOver);
    }

    [Fact]
    public async Task What_is_absent_does_not_act()
    {
        var snapshot = await Reading.ReadValidAsync(File("\"Metadata\": {}"));

        var cluster = Assert.Single(snapshot.Clusters);
        Assert.False(OwnPolicies.HasMcpProbe(cluster) || OwnPolicies.HasCircuitBreaker(cluster));
        Assert.Equal(default, ClusterStamp.Read(cluster.Metadata));
        Assert.Equal(TimeSpan.FromMinutes(30), cluster.HttpRequest!.ActivityTimeout);
    }

    [Theory]
    [InlineData(null, null, null, 15)]
    [InlineData(null, 60, null, 15)]
    [InlineData(null, 10, null, 5)]
    [InlineData(null, 10, 900, 5)]
    [InlineData(null, null, 4, 2)]
    [InlineData(9, 10, 900, 9)]
    public void A_connection_is_given_up_while_there_is_time_for_another(
        int? connect,
        int? firstByte,
        int? total,
        int seconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(seconds),
            new TimeLimits(Seconds(connect), Seconds(firstByte), Seconds(total)).ConnectInForce);

    private static TimeSpan? Seconds(int? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;

    // A cluster with this member, and these backends.
    private static string File(string member, string backends = "{}") =>
        $$"""
        {
          "ReverseProxy": {
            "Routes": { "a": { "ClusterId": "a", "Match": { "Path": "/a/{**rest}" } } },
            "Clusters": { "a": { "Destinations": { "one": { "Address": "http://127.0.0.1:3001/" } }, {{member}} } }
          },
          "Sentinel": { "Authentication": { "Anonymous": { "Roles": [] } }, "Backends": {{backends}} }
        }
        """.ReplaceLineEndings(" ");
}
