using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.Tests.Shared.Identity;

/// <summary>A token in the making: valid to begin with, and then whatever a test makes of it.</summary>
public sealed class TestToken
{
    private readonly TimeProvider _time;
    private TestKey _key;

    /// <param name="key">Signs it.</param>
    /// <param name="time">The clock that its times are relative to.</param>
    public TestToken(TestKey key, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(key);
        _key = key;
        _time = time;
        Header = new JsonObject { ["alg"] = key.Algorithm, ["typ"] = "JWT", ["kid"] = key.Id };
        Claims = [];
        IssuedAgo(TimeSpan.Zero).ExpiresIn(TimeSpan.FromMinutes(10));
    }

    public JsonObject Header { get; }

    public JsonObject Claims { get; }

    /// <summary>Sets a claim; null takes it away.</summary>
    public TestToken With(string claim, JsonNode? value) => Set(Claims, claim, value);

    /// <summary>Sets a member of the header; null takes it away.</summary>
    public TestToken WithHeader(string name, JsonNode? value) => Set(Header, name, value);

    /// <summary>Another key signs, under the header as it is.</summary>
    public TestToken SignedBy(TestKey key)
    {
        _key = key;
        return this;
    }

    public TestToken ExpiresIn(TimeSpan time) => With("exp", Seconds(time));

    public TestToken ValidIn(TimeSpan time) => With("nbf", Seconds(time));

    public TestToken IssuedAgo(TimeSpan time) => With("iat", Seconds(-time)).With("nbf", Seconds(-time));

    /// <summary>The compact form, signed with what the header's <c>alg</c> says.</summary>
    public override string ToString() => Compact(Header.ToJsonString(), Claims.ToJsonString());

    /// <summary>The same over any header and payload, well-formed or not.</summary>
    public string Compact(string header, string payload)
    {
        var content = $"{Encode(header)}.{Encode(payload)}";
        var algorithm = (string?)Header["alg"] ?? _key.Algorithm;
        return $"{content}.{Base64Url.EncodeToString(_key.Sign(Encoding.ASCII.GetBytes(content), algorithm))}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private TestToken Set(JsonObject target, string name, JsonNode? value)
    {
        target.Remove(name);
        if (value is not null)
        {
            target[name] = value;
        }

        return this;
    }

    private long Seconds(TimeSpan fromNow) => (_time.GetUtcNow() + fromNow).ToUnixTimeSeconds();
}
