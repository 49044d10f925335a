using System.Text;
using System.Text.Json;
using Sentinel.Audit.Stores;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class StorableJsonTests
{
    [Theory]
    [InlineData("""{"name":"a","arguments":{}}""")]
    [InlineData("""{ "spaces" : [ 1 , 2.50 , -0 , 1e5 ] , "n" : null }""")]
    [InlineData("""{"a":"\ud83d\ude00 \u0041 \\u0000 \\ud800 \/ \n"}""")]
    [InlineData("""{"max_tokens":5,"_meta":{"progressToken":1},"tokenize":"x","secretary":"y"}""")]
    [InlineData("""{"arguments":{"requestState":"kept: it is the tool's own"}}""")]
    [InlineData("\"text\"")]
    public void Passes_the_same_memory_where_nothing_has_to_change(string json)
    {
        ReadOnlyMemory<byte> memory = Some.Utf8(json);

        Assert.Equal(memory, StorableJson.From(memory));
    }

    [Theory]
    [InlineData("""["a\u0000b"]""", """["a�b"]""")]
    [InlineData("""["\ud800"]""", """["�"]""")]
    [InlineData("""["\udc00\ud800"]""", """["��"]""")]
    [InlineData("""["\ud800\u0041"]""", """["�\u0041"]""")]
    [InlineData("""["\ud800\ud83d\ude00"]""", """["�\ud83d\ude00"]""")]
    [InlineData("""["\uD800x\\"]""", """["�x\\"]""")]
    [InlineData("""["\udfff\b\f\n\r\t\/\"\\"]""", """["�\b\f\n\r\t\/\"\\"]""")]
    [InlineData("[1e400]", "[\"1e400\"]")]
    [InlineData("[-1E+400,1.0]", "[\"-1E+400\",1.0]")]
    [InlineData("[1e-400]", "[\"1e-400\"]")]
    [InlineData("[1e999999999999]", "[\"1e999999999999\"]")]
    [InlineData("[0e-131072]", "[\"0e-131072\"]")]
    public void Replaces_what_jsonb_refuses(string json, string expected)
    {
        Assert.Equal(expected, Stored(json));
    }

    [Theory]
    [InlineData("""{"a\u0000b":1,"a\ufffdb":2}""")]
    [InlineData("""{"\udfff":1,"\ud800":[2]}""")]
    [InlineData("""{"a":[{"\u0000":"\u0041"}],"\\u0000":"\\"}""")]
    public void Keeps_what_has_an_unstorable_key_as_a_text_so_that_no_two_keys_become_one(string json)
    {
        using var stored = JsonDocument.Parse(Stored(json));

        Assert.True(stored.RootElement.GetProperty("_unstorable").GetBoolean());
        Assert.Equal(json, stored.RootElement.GetProperty("_json").GetString());
    }

    [Fact]
    public void Hides_secrets_beside_an_unstorable_key_and_below_one()
    {
        var stored = Stored("""{"\u0000":{"password":"s3cr3t"},"to\u006ben":"s3cr3t","n":1e9999}""");

        Assert.DoesNotContain("s3cr3t", stored);
        Assert.Contains("""\"n\":\"1e9999\"}""", stored);
    }

    [Theory]
    [InlineData("[1e399]")]
    [InlineData("[1e-399]")]
    [InlineData("[0.01e399]")]
    public void Keeps_numbers_of_up_to_400_printed_digits(string json)
    {
        Assert.Equal(json, Stored(json));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("PassWord")]
    [InlineData("db_password")]
    [InlineData("passwd")]
    [InlineData("client_secret")]
    [InlineData("clientSecret")]
    [InlineData("api_key")]
    [InlineData("apikey")]
    [InlineData("X-Api-Key")]
    [InlineData("Authorization")]
    [InlineData("access_token")]
    [InlineData("refreshToken")]
    [InlineData("token")]
    [InlineData("private-key")]
    [InlineData("credentials")]
    [InlineData("Set-Cookie")]
    [InlineData("p\\u0061ssword")]
    [InlineData("aws_secret_access_key")]
    [InlineData("a_key_that_is_very_much_longer_than_any_honest_key_would_be_password")]
    public void Hides_the_value_under(string key)
    {
        var stored = Stored("""{"arguments":{"a":[{"KEY":{"deep":["s3cr3t"]},"b":2}]}}""".Replace("KEY", key));

        Assert.DoesNotContain("s3cr3t", stored);
        Assert.Contains("\"[redacted]\"", stored);
        Assert.EndsWith(",\"b\":2}]}}", stored);
    }

    [Fact]
    public void Hides_the_request_state_directly_under_params()
    {
        Assert.Equal("""{"requestState":"[redacted]","a":1}""", Stored("""{"requestState":"opaque","a":1}"""));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"a\":1}}")]
    [InlineData("nonsense")]
    public void Marks_what_is_no_json(string json)
    {
        Assert.Equal("""{"_unstorable":true}""", Stored(json));
    }

    [Fact]
    public void Marks_what_is_nested_too_deeply()
    {
        Assert.Equal("""{"_unstorable":true}""", Stored(new string('[', 1000) + new string(']', 1000)));
    }

    [Fact]
    public void Repairs_bytes_that_are_no_utf8()
    {
        byte[] json = [(byte)'"', 0xFF, 0xED, 0xA0, 0x80, (byte)'"'];

        Assert.Equal("\"����\"", Encoding.UTF8.GetString(StorableJson.From(json).Span));
    }

    [Theory]
    [InlineData("plain", 10, "plain")]
    [InlineData("a\0b", 10, "a�b")]
    [InlineData("😀", 10, "😀")]
    [InlineData("abcdef", 3, "abc")]
    [InlineData("ab😀", 3, "ab")]
    [InlineData("ab😀", 4, "ab😀")]
    public void Makes_text_storable(string text, int charsMax, string expected)
    {
        Assert.Equal(expected, StorableText.From(text, charsMax));
    }

    // Not a theory: attributes are kept as UTF-8, which has no lone surrogates.
    [Fact]
    public void Replaces_lone_surrogates_in_text()
    {
        Assert.Equal("�", StorableText.From("\ud800", 10));
        Assert.Equal("�😀�", StorableText.From("\udc00😀\ud800", 10));
        Assert.Equal("�", StorableText.From("\ud800\udc00"[..1] + "x", 1));
    }

    private static string Stored(string json) => Encoding.UTF8.GetString(StorableJson.From(Some.Utf8(json)).Span);
}
