using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class McpHeaderValueTests
{
    [Theory]
    [InlineData("search", "search")]
    [InlineData("a b\tc", "a b\tc")]
    [InlineData("=?base64?c2VhcmNo?=", "search")]
    [InlineData("=?base64?R3LDvMOfZQ==?=", "Grüße")]
    [InlineData("=?base64??=", "")]
    [InlineData("=?base64?PT9iYXNlNjQ/YT89?=", "=?base64?a?=")]
    [InlineData("=?BASE64?c2VhcmNo?=", "=?BASE64?c2VhcmNo?=")]
    [InlineData("=?base64?c2VhcmNo", "=?base64?c2VhcmNo")]
    [InlineData("c2VhcmNo?=", "c2VhcmNo?=")]
    [InlineData("=?base64?=", "=?base64?=")]
    public void Means(string header, string value) => Assert.Equal(value, McpHeaderValue.Decode(header));

    [Theory]
    [InlineData("=?base64?R3LDvMOfZQ?=")]
    [InlineData("=?base64?R3LDvMOfZQ=?=")]
    [InlineData("=?base64?c2Vh cmNo?=")]
    [InlineData("=?base64?c2V-cmNo?=")]
    [InlineData("=?base64?/w==?=")]
    [InlineData("=?base64?wK8=?=")]
    [InlineData("Grüße")]
    [InlineData("a\u0001")]
    [InlineData("a\u007f")]
    public void Means_nothing_where_it_is_malformed(string header) => Assert.Null(McpHeaderValue.Decode(header));

    [Fact]
    public void Of_any_text_comes_back_from_its_encoding()
    {
        foreach (var text in new[] { "ü", "\u0000", " a ", "🔍", "=?base64?" })
        {
            var header = $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}?=";

            Assert.Equal(text, McpHeaderValue.Decode(header));
        }
    }
}
