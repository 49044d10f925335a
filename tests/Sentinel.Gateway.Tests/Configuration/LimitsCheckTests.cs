using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class LimitsCheckTests
{
    [Theory]
    [InlineData("""{ "PerTool": { "github": 60 } }""", """.PerTool.github (line 4): 'github' is no tool pattern; write backend/tool, for example github/search_*, or * for every tool.""")]
    [InlineData("""{ "PerTool": { "prompt:a/b": 60 } }""", """.PerTool["prompt:a/b"] (line 4): limits are for tools; write backend/tool instead of 'prompt:a/b'""")]
    [InlineData("""{ "PerTool": { "a/b": 0 } }""", """.PerTool["a/b"] (line 4): 0 is out of range; write a number from 1 to 1000000, or switch the tool off in Rbac.Disabled""")]
    [InlineData("""{ "PerTool": { "a/b": 1000001 } }""", """.PerTool["a/b"] (line 4): 1000001 is out of range; write a number from 1 to 1000000, or switch the tool off in Rbac.Disabled""")]
    [InlineData("""{ "PerTool": { "a/b": "60" } }""", """.PerTool["a/b"] (line 4): this is a text; write a whole number""")]
    [InlineData("""{ "PerTool": { "a/b": 1.5 } }""", """.PerTool["a/b"] (line 4): '1.5' is not allowed here; write a whole number""")]
    [InlineData("""{ "Default": 0 }""", ".Default (line 4): '0' is out of range; write a number from 1 to 1000000")]
    [InlineData("60", " (line 4): this is a number; write an object: { … }")]
    public async Task A_rate_that_cannot_be_meant_is_a_fault(string rates, string fault) =>
        await Reading.AssertFaultsAsync(
            $"$.Sentinel.Limits.ToolCallsPerMinute{fault}",
            Reading.OpenFile($$"""  "Limits": { "ToolCallsPerMinute": {{rates}} }"""));

    [Theory]
    [InlineData("ConcurrentCalls", "0", "'0' is out of range; write a number from 1 to 1000000")]
    [InlineData("ConcurrentRequests", "0", "'0' is out of range; write a number from 1 to 1000000")]
    [InlineData("ConcurrentStreams", "1000001", "'1000001' is out of range; write a number from 1 to 1000000")]
    [InlineData("ConcurrentStreams", "\"5\"", "this is a text; write a whole number")]
    [InlineData("MaxRequestHeaderBytes", "4095", "'4095' is out of range; write a number from 4096 to 1048576")]
    [InlineData("Total", "5", "this is a number; write an object: { … }")]
    [InlineData("Total.Connections", "0", "'0' is out of range; write a number from 1 to 10000000")]
    [InlineData("Total.Requests", "-1", "'-1' is out of range; write a number from 1 to 1000000")]
    [InlineData("Total.Streams", "1.5", "'1.5' is not allowed here; write a whole number")]
    public async Task Room_for_nothing_or_for_anything_is_a_fault(string key, string value, string fault)
    {
        var limits = key.Split('.') is [var group, var inner]
            ? $$"""{ "{{group}}": { "{{inner}}": {{value}} } }"""
            : $$"""{ "{{key}}": {{value}} }""";

        await Reading.AssertFaultsAsync(
            $"$.Sentinel.Limits.{key} (line 4): {fault}", Reading.OpenFile($"  \"Limits\": {limits}"));
    }

    [Fact]
    public async Task A_limit_that_nobody_knows_is_a_fault() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Limits.Total.Request (line 4): unknown key 'Request'; did you mean 'Requests'?",
            Reading.OpenFile("""  "Limits": { "Total": { "Request": 1 } }"""));

    [Fact]
    public async Task More_patterns_than_a_call_should_be_held_against_are_a_fault()
    {
        var patterns = string.Join(", ", Enumerable.Range(0, 1001).Select(i => $"\"a/t{i}\": 1"));

        await Reading.AssertFaultsAsync(
            "$.Sentinel.Limits.ToolCallsPerMinute.PerTool (line 4): there are 1001 patterns; write 1000 at most, with * "
            + "in them",
            Reading.OpenFile($$"""  "Limits": { "ToolCallsPerMinute": { "PerTool": { {{patterns}} } } }"""));
    }

    [Fact]
    public async Task A_limit_of_a_backend_that_does_not_exist_is_a_warning()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.OpenFile(
            """  "Limits": { "ToolCallsPerMinute": { "PerTool": { "A/x": 1, "b*/x": 1, "b/x": 1, "*": 1 } } }"""));

        Assert.Equal(
            "$.Sentinel.Limits.ToolCallsPerMinute.PerTool[\"b/x\"] (line 4): 'b/x' limits nothing: there is no backend "
            + "'b' in ReverseProxy.Clusters",
            Assert.Single(snapshot.Warnings));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "ToolCallsPerMinute": {} }""")]
    [InlineData("""{ "ToolCallsPerMinute": null, "ConcurrentCalls": null }""")]
    public async Task What_is_absent_does_not_act(string limits) =>
        Assert.True((await Reading.ReadValidAsync(Reading.OpenFile($"  \"Limits\": {limits}"))).CallLimits.IsEmpty);

    [Fact]
    public async Task What_is_written_is_what_acts()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.OpenFile(
            """  "Limits": { "ToolCallsPerMinute": { "Default": 1000, "PerTool": { "a/search_*": 60 } }, "ConcurrentCalls": 64 }"""));

        Assert.Equal(
            [("a/search_*", 60), ("Default", 1000)],
            snapshot.CallLimits.Rates.ToArray().Select(rate => (rate.Pattern, rate.PerMinute)));
        Assert.Equal(64, snapshot.CallLimits.Concurrent);
    }
}
