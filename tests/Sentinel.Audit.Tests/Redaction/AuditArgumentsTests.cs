using System.Security.Cryptography;
using System.Text;
using Sentinel.Audit.Redaction;
using Xunit;

namespace Sentinel.Audit.Tests.Redaction;

public sealed class AuditArgumentsTests
{
    private static readonly string Filler = new('x', 2000);

    private readonly AuditArguments _arguments = new(new AuditOptions
    {
        MaxArgumentBytes = 1024,
        Redact = [RedactPath.Parse("$..file", null)],
    });

    [Fact]
    public void Are_cut_to_a_stub_whose_hash_does_not_cover_secrets()
    {
        var one = Stub($$"""{"a":"{{Filler}}","pin_secret":"1234"}""");
        var other = Stub($$"""{"a":"{{Filler}}","pin_secret":"9999"}""");
        var otherwise = Stub($$"""{"a":"{{Filler}}y","pin_secret":"1234"}""");

        Assert.Equal(one, other);
        Assert.NotEqual(one, otherwise);
        var kept = $$"""{"a":"{{Filler}}","pin_secret":"[redacted]"}""";
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Some.Utf8(kept))), one);
    }

    [Fact]
    public void Are_kept_whole_where_only_what_is_hidden_was_long()
    {
        Assert.Equal("""{"file":"[redacted]","b":2}""", Stub($$"""{"file":"{{Filler}}","b":2}"""));
    }

    [Fact]
    public void Are_hashed_as_sent_where_nothing_is_hidden()
    {
        var json = $$"""{ "a" : "{{Filler}}" }""";

        var hash = Convert.ToHexStringLower(SHA256.HashData(Some.Utf8(json)));
        Assert.Equal($$"""{"_truncated":true,"_bytes":2012,"_sha256":"{{hash}}"}""", Stub(json));
    }

    [Fact]
    public async Task Reach_no_channel_and_no_store_with_what_is_hidden()
    {
        var store = new FakeStore();
        await using var rig = await new WriterRig(store, arguments: _arguments).StartAsync();

        rig.Channel.TryWrite(Some.Entry() with { RequestArgs = Some.Utf8("""{"arguments":{"file":"s3cr3t"}}""") });
        await rig.WrittenAsync(1);

        Assert.Equal(
            """{"arguments":{"file":"[redacted]"}}""", Encoding.UTF8.GetString(store.Rows[0].RequestArgs.Span));
    }

    private string Stub(string json) => Encoding.UTF8.GetString(_arguments.Capture(Some.Utf8(json)).Span);
}
