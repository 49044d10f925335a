using System.Security.Cryptography;
using System.Text;
using Sentinel.Gateway.Authentication;
using Sentinel.Gateway.Exchange;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>What is remembered of tokens, how long, and how much of it.</summary>
public sealed class TokenCacheTests
{
    [Fact]
    public async Task A_good_token_is_checked_once()
    {
        await using var bench = await TokenBench.StartAsync();
        var token = bench.Token().ToString();

        await bench.ValidateAsync(token);

        Assert.Equal("alice", bench.Find(token)?.Subject);
        Assert.Equal("alice", (await bench.ValidateAsync(token)).Caller?.Subject);
        Assert.Equal(1, bench.Validations);
    }

    [Fact]
    public async Task Many_first_uses_at_once_share_one_check()
    {
        await using var bench = await TokenBench.StartAsync();
        var token = bench.Token().ToString();
        var answered = new TaskCompletionSource();
        bench.Issuer.Keys.Instead = async http =>
        {
            await answered.Task;
            bench.Issuer.Keys.Instead = null;
            http.Abort();
        };

        // All of them come while the first waits for the issuer, which then fails: that too is shared.
        var calls = Enumerable.Range(0, 200).Select(_ => bench.ValidateAsync(token)).ToList();
        answered.SetResult();
        Assert.All(await Task.WhenAll(calls), v => Assert.Equal(LoginFailure.IssuerUnavailable, v.Failure));
        Assert.Equal(1, bench.Validations);

        bench.Clock.Advance(TimeSpan.FromSeconds(TokenBench.GapSeconds));
        var again = Enumerable.Range(0, 200).Select(_ => bench.ValidateAsync(token));
        Assert.All(await Task.WhenAll(again), v => Assert.Equal("alice", v.Caller?.Subject));
        Assert.Equal(2, bench.Validations);
    }

    [Fact]
    public async Task A_token_is_remembered_until_it_expires_and_not_a_moment_longer()
    {
        await using var bench = await TokenBench.StartAsync();
        var token = bench.Token().ExpiresIn(TimeSpan.FromMinutes(5)).ToString();
        await bench.ValidateAsync(token);

        bench.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.NotNull(bench.Find(token));
        bench.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.Null(bench.Find(token));

        // The skew still lets it in, each time by a check of its own.
        Assert.Null((await bench.ValidateAsync(token)).Failure);
        Assert.Null((await bench.ValidateAsync(token)).Failure);
        Assert.Equal(3, bench.Validations);
        bench.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(LoginFailure.Expired, (await bench.ValidateAsync(token)).Failure);
    }

    [Fact]
    public async Task A_bad_token_is_not_remembered()
    {
        await using var bench = await TokenBench.StartAsync();
        for (var i = 0; i < 1000; i++)
        {
            await bench.ValidateAsync(bench.Token($"subject-{i}").With("aud", "https://other.example"));
        }

        Assert.Equal(0, bench.Tokens.Cached);
    }

    [Fact]
    public async Task Another_token_that_differs_in_one_letter_is_another_token()
    {
        await using var bench = await TokenBench.StartAsync();
        var token = bench.Token().ToString();
        await bench.ValidateAsync(token);

        for (var i = 0; i < token.Length; i++)
        {
            var other = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            Assert.Null(bench.Find(other));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(40000)]
    public void The_hash_of_a_credential_is_its_SHA_256(int length)
    {
        var credential = string.Concat(Enumerable.Range(0, length).Select(i => "aé€"[i % 3]));
        var hex = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(credential)));

        Assert.Equal(CredentialHash.OfHex(hex), CredentialHash.Of(credential));
    }

    [Fact]
    public void What_is_used_stays_and_what_is_not_goes()
    {
        var cache = new TokenCache(capacity: 100);
        var now = new TestClock().GetUtcNow();
        var verdict = TokenVerdict.Admitted(new Caller("a", []), now.AddHours(1), () => true);
        var used = CredentialHash.Of("used");
        cache.Add(used, verdict);
        for (var i = 0; i < 1000; i++)
        {
            cache.Add(CredentialHash.Of($"other-{i}"), verdict);

            Assert.NotNull(cache.Find(used, now));
            Assert.InRange(cache.Count, 1, 100);
        }

        Assert.Null(cache.Find(CredentialHash.Of("other-0"), now));
        Assert.NotNull(cache.Find(CredentialHash.Of("other-999"), now));
    }

    [Fact]
    public async Task A_remembered_token_costs_no_memory_to_find()
    {
        await using var bench = await TokenBench.StartAsync();
        var token = bench.Token().ToString();
        await bench.ValidateAsync(token);
        bench.Find(token);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            bench.Find(token);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
