using System.Text;
using Sentinel.Gateway.Mcp.Tools;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp.Tools;

public sealed class ToolDefinitionTests
{
    private const string Tool =
        """{"name":"a","description":"Does \"it\".","inputSchema":{"type":"object","properties":{"x":{"maximum":1.50},"b":{}}}}""";

    [Fact]
    public void The_canonical_text_is_sorted_and_keeps_the_spelling_of_numbers() =>
        Assert.Equal(
            """{"description":"Does \"it\".","inputSchema":{"properties":{"b":{},"x":{"maximum":1.50}},"type":"object"},"name":"a"}""",
            Encoding.UTF8.GetString(Read(Tool)!.Canonical.Span));

    [Theory]
    [InlineData("order", """{"inputSchema":{"properties":{"b":{},"x":{"maximum":1.50}},"type":"object"},"description":"Does \"it\".","name":"a"}""")]
    [InlineData("space", """{ "name" : "a", "description":"Does \"it\".", "inputSchema": {"type":"object","properties":{"x":{"maximum":1.50},"b":{ }}} }""")]
    [InlineData("escapes", """{"n\u0061me":"\u0061","description":"Does \u0022it\u0022.","inputSchema":{"type":"object","properties":{"x":{"maximum":1.50},"b":{}}}}""")]
    [InlineData("members that are not pinned", """{"_meta":{"v":2},"icons":[],"name":"a","description":"Does \"it\".","inputSchema":{"type":"object","properties":{"x":{"maximum":1.50},"b":{}}}}""")]
    public void What_says_the_same_has_the_same_hash(string with, string other) =>
        Assert.True(Read(Tool)!.Sha256 == Read(other)?.Sha256, with);

    [Theory]
    [InlineData("the name", "\"a\"", "\"A\"")]
    [InlineData("the description", "Does", "Does ")]
    [InlineData("an invisible character", "Does", "Does\u200B")]
    [InlineData("a composed character", "Does", "Doe\u0301s")]
    [InlineData("a number's spelling", "1.50", "1.5")]
    [InlineData("a deep member", "\"b\":{}", "\"b\":{\"c\":null}")]
    [InlineData("a title", "\"name\"", "\"title\":\"T\",\"name\"")]
    [InlineData("annotations", "\"name\"", "\"annotations\":{\"readOnlyHint\":true},\"name\"")]
    [InlineData("an output schema", "\"name\"", "\"outputSchema\":{},\"name\"")]
    public void What_says_something_else_has_another_hash(string what, string from, string to) =>
        Assert.True(Read(Tool)!.Sha256 != Read(Tool.Replace(from, to, StringComparison.Ordinal))!.Sha256, what);

    [Theory]
    [InlineData("no JSON", "{")]
    [InlineData("no object", "[]")]
    [InlineData("no name", """{"description":"x"}""")]
    [InlineData("a number for a name", """{"name":1}""")]
    [InlineData("two descriptions", """{"name":"a","description":"x","description":"y"}""")]
    [InlineData("two members deep down", """{"name":"a","inputSchema":{"a":[{"b":1,"\u0062":2}]}}""")]
    [InlineData("a description in another case", """{"name":"a","description":"x","Description":"y"}""")]
    [InlineData("only one, in another case", """{"name":"a","DESCRIPTION":"y"}""")]
    [InlineData("one with a NUL", """{"name":"a","description\u0000":"y"}""")]
    [InlineData("half a pair of surrogates", """{"name":"a","description":"\ud800"}""")]
    public void What_clients_could_read_differently_is_no_definition(string with, string item) =>
        Assert.True(Read(item) is null, with);

    private static ToolDefinition? Read(string item) => ToolDefinition.Read(Encoding.UTF8.GetBytes(item));
}
