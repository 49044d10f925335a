using System.Text;
using Sentinel.Gateway.Cli.Replay;
using Xunit;

namespace Sentinel.Gateway.Tests.Cli.Replay;

public sealed class RecordedArgumentsTests
{
    [Theory]
    [InlineData("""{"name":"a","arguments":{"x": [1, "y"]}}""", """{"x": [1, "y"]}""")]
    [InlineData("""{"arguments":{"name":"b","arguments":1},"name":"a"}""", """{"name":"b","arguments":1}""")]
    [InlineData("""{"name":"a"}""", "")]
    [InlineData("""{"name":"a","arguments":null}""", "null")]
    [InlineData("""{"name":"a","arguments":{"_truncated":true}}""", """{"_truncated":true}""")]
    [InlineData("""{"name":"a","_meta":{"token":"[redacted]"},"arguments":{}}""", "{}")]
    public void Are_taken_out_of_the_params_as_they_are(string parameters, string expected)
    {
        var arguments = Of(parameters);

        Assert.True(arguments.IsWhole);
        Assert.Equal(expected, Encoding.UTF8.GetString(arguments.Json.Span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"_truncated":true,"_bytes":70000,"_sha256":"00"}""")]
    [InlineData("""{"_unstorable":true}""")]
    [InlineData("""{"name":"a","arguments":{"password":"[redacted]"}}""")]
    [InlineData("""{"name":"a","arguments":{"deep":[{"token":"[redacted]"}]}}""")]
    [InlineData("""{"name":"a","arguments":{"deep":[{"token":"\u005bredacted]"}]}}""")]
    [InlineData("{\"name\":\"a\",\"arguments\":{\"x\":\"a\uFFFDb\"}}")]
    [InlineData("""{"name":"a","arguments":{"\ufffd":1}}""")]
    [InlineData("""{"name":"a","arguments":{"x":1}""")]
    [InlineData("[]")]
    public void Are_not_whole_where_the_row_has_something_else_than_was_sent(string parameters) =>
        Assert.False(Of(parameters).IsWhole);

    private static RecordedArguments Of(string parameters) => RecordedArguments.Of(Encoding.UTF8.GetBytes(parameters));
}
