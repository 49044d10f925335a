using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class SessionKeyReaderTests
{
    private const string Path = "$.Sentinel.Sessions.KeysEnv (line 4): ";

    private static readonly string One = string.Concat(Enumerable.Repeat("0aF1", 16));
    private static readonly string Two = string.Concat(Enumerable.Repeat("b2c3", 16));

    [Fact]
    public async Task Keys_come_in_their_order_from_the_variable_that_is_named()
    {
        var snapshot = await Reading.ReadValidAsync(Naming("KEYS"), ("KEYS", $" {One},{Two} "));

        Assert.Equal([Convert.FromHexString(One), Convert.FromHexString(Two)], snapshot.SessionKeys);
    }

    [Fact]
    public async Task Without_a_variable_there_are_none() =>
        Assert.Empty((await Reading.ReadValidAsync(Reading.OpenFile(), ("SENTINEL_SESSION_KEYS", One))).SessionKeys);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public async Task A_variable_that_is_not_set_is_refused(string? value) =>
        await Reading.AssertFaultsAsync(
            Path + "the variable KEYS is not set; set it to a session key, make one with: sentinel session-key new",
            Naming("KEYS"),
            value is null ? [] : [("KEYS", value)]);

    [Theory]
    [InlineData("secret", "key 1 of 1")]
    [InlineData("{1},secret", "key 2 of 2")]
    [InlineData("{1},", "key 2 of 2")]
    [InlineData(",{1}", "key 1 of 2")]
    [InlineData("{1}{2}", "key 1 of 1")]
    [InlineData("{1};{2}", "key 1 of 1")]
    [InlineData("g{1}", "key 1 of 1")]
    public async Task A_bad_key_is_refused_by_its_number_and_not_shown(string value, string which)
    {
        value = value.Replace("{1}", One, StringComparison.Ordinal).Replace("{2}", Two, StringComparison.Ordinal);

        await Reading.AssertFaultsAsync(
            Path + $"{which} in KEYS is not 32 bytes in hex, which are 64 digits; make one with: "
                + "sentinel session-key new",
            Naming("KEYS"),
            ("KEYS", value));
    }

    [Fact]
    public async Task More_keys_than_anybody_rotates_are_refused() =>
        await Reading.AssertFaultsAsync(
            Path + "KEYS holds 9 keys; 8 are the most, remove the oldest at the end",
            Naming("KEYS"),
            ("KEYS", string.Join(',', Enumerable.Repeat(One, 9))));

    [Theory]
    [InlineData("")]
    [InlineData("A KEY")]
    [InlineData("0aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF1")]
    [InlineData("aaF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF10aF1")]
    public async Task What_is_no_name_or_is_a_key_itself_is_refused_and_not_shown(string name) =>
        await Reading.AssertFaultsAsync(
            Path + "this is no name of an environment variable; write the name, for example SENTINEL_SESSION_KEYS, "
                + "and put the keys into that variable",
            Naming(name));

    private static string Naming(string variable) =>
        Reading.OpenFile($$"""  "Sessions": { "KeysEnv": "{{variable}}" }""");
}
