using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sentinel.Gateway.Authentication;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Tests.Configuration;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication;

public sealed class ApiKeysTests
{
    private static readonly DateTimeOffset Expiry = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Of_thousands_each_finds_its_caller_and_no_other_text_does()
    {
        var keys = await ReadAsync([.. Enumerable.Range(0, 3000).Select(i => Key($"k{i}", $"secret-{i}"))]);

        for (var i = 0; i < 3000; i++)
        {
            Assert.Equal($"key:k{i}", Find(keys, $"secret-{i}")?.Caller.Subject);
        }

        Assert.All(
            ["", "secret-", "secret-3000", "SECRET-1", "secret-1 ", Hash("secret-1")],
            text => Assert.Null(Find(keys, text)));
    }

    [Fact]
    public async Task A_key_is_good_until_it_expires_and_not_at_that_moment()
    {
        var keys = await ReadAsync(Key("a", "secret", ", \"ExpiresAt\": \"2027-01-01T01:00:00+01:00\""));
        var key = Find(keys, "secret")!;

        Assert.Null(key.Check("a", Expiry.AddTicks(-1)));
        Assert.Equal(Refusal.KeyExpired, key.Check("a", Expiry));
        Assert.Equal(Refusal.KeyExpired, key.Check(null, Expiry.AddYears(1)));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("b", true)]
    [InlineData("A", false)]
    [InlineData("c", false)]
    [InlineData("", false)]
    [InlineData(null, true)]
    public async Task A_key_with_backends_is_good_there_only(string? backend, bool isGood)
    {
        var keys = await ReadAsync(Key("a", "secret", ", \"Backends\": [\"a\", \"b\"]"));

        Assert.Equal(isGood ? null : Refusal.KeyOfOtherBackend, Find(keys, "secret")!.Check(backend, Expiry));
    }

    [Theory]
    [InlineData("")]
    [InlineData(", \"Backends\": null, \"ExpiresAt\": null")]
    public async Task A_key_without_either_is_good_everywhere_and_for_ever(string more)
    {
        var keys = await ReadAsync(Key("a", "secret", more));

        Assert.Null(Find(keys, "secret")!.Check("any", DateTimeOffset.MaxValue));
    }

    [Fact]
    public async Task A_list_of_no_backends_is_refused_for_it_lets_nobody_in() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Authentication.ApiKeys[0].Backends (line 3): an empty list lets the key in nowhere; "
                + "name its backends, or remove Backends for all of them",
            Reading.File(Section(Key("a", "secret", ", \"Backends\": []"))));

    [Theory]
    [InlineData("2027-01-01")]
    [InlineData("2027-01-01T00:00:00")]
    [InlineData("tomorrow")]
    public async Task A_time_that_means_another_moment_elsewhere_is_refused(string time) =>
        Assert.Equal(
            "$.Sentinel.Authentication.ApiKeys[0].ExpiresAt",
            Assert.Single((await Reading.ReadAsync(
                Reading.File(Section(Key("a", "secret", $", \"ExpiresAt\": \"{time}\""))))).Faults).Path);

    [Fact]
    public async Task A_backend_that_does_not_exist_is_warned_of()
    {
        var snapshot = await Reading.ReadValidAsync(
            Reading.File(Section(Key("a", "secret", ", \"Backends\": [\"a\", \"gihub\"]"))));

        Assert.Equal(
            ["$.Sentinel.Authentication.ApiKeys[0].Backends[1] (line 3): "
                + "there is no backend 'gihub' in ReverseProxy.Clusters"],
            snapshot.Warnings);
    }

    private static ApiKey? Find(ApiKeys keys, string text) => keys.Find(CredentialHash.Of(text));

    private static async Task<ApiKeys> ReadAsync(params string[] keys) =>
        new(await Reading.ReadValidAsync(Reading.File(Section(keys))));

    private static string Section(params string[] keys) =>
        $$"""  "Authentication": { "ApiKeys": [{{string.Join(", ", keys)}}] }""";

    private static string Key(string name, string key, string more = "") =>
        string.Create(CultureInfo.InvariantCulture, $$"""{ "Name": "{{name}}", "Sha256": "{{Hash(key)}}"{{more}} }""");

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
