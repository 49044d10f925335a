using System.Text;
using Sentinel.Audit.Redaction;
using Sentinel.Audit.Stores;
using Xunit;

namespace Sentinel.Audit.Tests.Redaction;

public sealed class RedactPathTests
{
    private const string Hidden = "\"[redacted]\"";

    [Theory]
    [InlineData("$.arguments.pin", """{"arguments":{"pin":#,"a":1}}""")]
    [InlineData("$.arguments.pin", """{"arguments":{"PIN":#,"a":{"pin":1}}}""")]
    [InlineData("$.arguments.pin", """{"arguments":{"\u0070in":#},"pin":2,"x":{"pin":1}}""")]
    [InlineData("$.arguments", """{"name":"a","arguments":#}""")]
    [InlineData("$.arguments.*", """{"name":"a","arguments":{"a":#,"b":#}}""")]
    [InlineData("$.a.b.c", """{"a":{"b":{"c":#,"d":1},"c":1},"b":{"c":1}}""")]
    [InlineData("$.rows[*].iban", """{"rows":[{"iban":#},{"x":1},[{"iban":1}],{"iban":#}]}""")]
    [InlineData("$.rows[*]", """{"rows":[#,#,#],"rowsx":[1]}""")]
    [InlineData("$.rows[*][*]", """{"rows":[[#,#],1,{"a":[1]},[#]]}""")]
    [InlineData("$.m[*].a*z", """{"m":[{"az":#,"a.b[c]z":#,"azy":1,"xaz":1}]}""")]
    [InlineData("$..pin", """{"pin":#,"a":[{"pin":#},[[{"b":{"pin":#,"pins":1}}]]]}""")]
    [InlineData("$.arguments..*_code", """{"x_code":1,"arguments":{"a":{"x_code":#,"_code":#},"b":[{"y_code":#}]}}""")]
    [InlineData("$..card.number", """{"card":{"number":#,"x":{"number":1},"card":{"number":#}},"number":1}""")]
    [InlineData("$..card..no", """{"no":1,"card":{"a":[{"no":#}],"no":#}}""")]
    [InlineData("$..rows[*]", """{"rows":[#],"a":{"rows":[#,#]}}""")]
    [InlineData("$.größe", """{"größe":#,"große":1}""")]
    [InlineData("$.a", """["a",{"a":1}]""")]
    [InlineData("$[*].a", """["a",{"a":#}]""")]
    public void Hides(string path, string marked)
    {
        var sent = marked.Replace("#", """{"deep":["s3cr3t",1.50e1000]}""", StringComparison.Ordinal);

        Assert.Equal(marked.Replace("#", Hidden, StringComparison.Ordinal), Kept(sent, path));
    }

    [Fact]
    public void Follows_many_paths_in_one_pass()
    {
        // More steps than one word of bits holds.
        string[] paths = [.. Enumerable.Range(0, 100).Select(i => $"$.a..x[*].k{i}"), "$.b", "$.c.q[*]"];
        var members = string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"k{i}\":{(i < 100 ? Hidden : "1")}"));
        var kept = $$$"""{"a":{"y":[{"x":[{{{{members}}}}]}]},"b":{{{Hidden}}},"c":{"q":[{{{Hidden}}}]}}""";
        var sent = kept.Replace(Hidden, """{"x":[2]}""", StringComparison.Ordinal);

        Assert.Equal(kept, Kept(sent, paths));
    }

    [Fact]
    public void Hides_what_a_slow_and_simple_walk_hides()
    {
        var random = new Random(20261124);
        for (var round = 0; round < 5_000; round++)
        {
            var json = PlainRedaction.Document(random);
            var paths = Enumerable.Range(0, random.Next(1, 4)).Select(_ => PlainRedaction.Path(random)).ToArray();

            Assert.Equal(PlainRedaction.Redact(json, paths), Kept(json, paths));
        }
    }

    [Fact]
    public void Hides_nothing_without_paths()
    {
        var json = Some.Utf8("""{"arguments":{"pin":1}}""").AsMemory();

        Assert.Equal((ReadOnlyMemory<byte>)json, StorableJson.From(json, RedactMatcher.Compile([])));
    }

    [Theory]
    [InlineData("", "does not begin with $")]
    [InlineData("arguments.pin", "does not begin with $")]
    [InlineData("$", "everything")]
    [InlineData("$.", "no name after a dot")]
    [InlineData("$...a", "no name after a dot")]
    [InlineData("$.a..", "no name after a dot")]
    [InlineData("$.[x]", "no name after a dot")]
    [InlineData("$..[*]", "no name after a dot")]
    [InlineData("$a", "cannot be read from 'a'")]
    [InlineData("$.a[0]", "cannot be read from '[0]'")]
    [InlineData("$.a[*]b", "cannot be read from 'b'")]
    [InlineData("$['a']", "cannot be read from '['a']'")]
    public void Says_what_is_wrong(string text, string expected)
    {
        var fault = Assert.Throws<FormatException>(() => RedactPath.Parse(text, null));

        Assert.Contains(expected, fault.Message);
        Assert.Contains("write for example $.arguments.password", fault.Message);
        Assert.False(RedactPath.TryParse(text, null, out _));
    }

    [Fact]
    public void Is_linear_in_a_hostile_key()
    {
        var key = new string('a', 1_000_000);

        Assert.Equal($$"""{"{{key}}":1}""", Kept($$"""{"{{key}}":1}""", "$.*a*a*a*b", "$..*a*ab*a"));
    }

    private static string Kept(string json, params string[] paths) => Encoding.UTF8.GetString(
        StorableJson.From(
            Some.Utf8(json), RedactMatcher.Compile([.. paths.Select(path => RedactPath.Parse(path, null))])).Span);
}
