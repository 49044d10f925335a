using System.Collections.Concurrent;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>The tokens of one snapshot: who issues them, and whom they made callers.</summary>
/// <remarks>A snapshot has its own, so that no verdict outlives the configuration it was made under.</remarks>
internal sealed class TokenCallers
{
    /// <summary>Tokens remembered at most.</summary>
    public const int CachedMax = 20_000;

    private readonly TokenCache _cache;
    private readonly ConcurrentDictionary<CredentialHash, Lazy<Task<TokenVerdict>>> _running = [];
    private readonly IReadOnlyList<ITokenIssuer> _issuers;
    private readonly IssuerMetrics _metrics;
    private readonly TimeProvider _time;

    public TokenCallers(
        IReadOnlyList<ITokenIssuer> issuers,
        IssuerMetrics metrics,
        TimeProvider time,
        int cachedMax = CachedMax)
    {
        _issuers = issuers;
        _metrics = metrics;
        _time = time;
        _cache = new TokenCache(cachedMax);
    }

    /// <summary>Tokens remembered now.</summary>
    public int Cached => _cache.Count;

    /// <summary>
    /// The issuers that the configuration names; one that is named exactly comes before Entra ID's many.
    /// </summary>
    public static TokenCallers Of(
        ConfigurationSnapshot snapshot,
        IssuerDirectory directory,
        IssuerMetrics metrics,
        TimeProvider time)
    {
        var options = snapshot.Sentinel.Authentication!;
        var callers = new CallerReader(snapshot.Policy, options.RoleMap);
        List<ITokenIssuer> issuers =
        [
            .. options.Issuers.Select(issuer =>
                new OidcIssuer(issuer, directory.Of(MetadataSource.Of(issuer)), callers, time)),
        ];
        if (options.AzureAd is { } entra)
        {
            issuers.Add(new EntraIssuer(
                entra,
                directory.Of(MetadataSource.Of(entra)),
                directory.Of(MetadataSource.OldOf(entra)),
                callers,
                time));
        }

        return new TokenCallers(issuers, metrics, time);
    }

    /// <summary>Who a token is that was found good before and still is; null says nothing of it.</summary>
    public Caller? Find(in CredentialHash hash) =>
        _issuers.Count > 0 ? _cache.Find(hash, _time.GetUtcNow())?.Caller : null;

    /// <summary>Judges a token. Many calls with one token at once share one validation.</summary>
    public Task<TokenVerdict> ValidateAsync(string token, CredentialHash hash) =>
        _running.GetOrAdd(hash, _ => new Lazy<Task<TokenVerdict>>(() => RunAsync(token, hash))).Value;

    private async Task<TokenVerdict> RunAsync(string token, CredentialHash hash)
    {
        try
        {
            // Who came just after the one that found it good does not find it out again.
            if (_cache.Find(hash, _time.GetUtcNow()) is { } known)
            {
                return known;
            }

            var verdict = await JudgeAsync(token);
            if (verdict.Caller is not null)
            {
                _cache.Add(hash, verdict);
            }

            return verdict;
        }
        finally
        {
            _running.TryRemove(hash, out _);
        }
    }

    private async Task<TokenVerdict> JudgeAsync(string token)
    {
        _metrics.CountValidation();
        if (TokenHeader.Read(token, out var failure, out var detail) is not { } header)
        {
            return TokenVerdict.Refused(failure!, detail);
        }

        if (TokenClaims.Read(token) is not { } claims)
        {
            return TokenVerdict.Refused(LoginFailure.Malformed, "the claims cannot be read");
        }

        // By the token's own word and before any use of the network: only one of ours is ever asked for keys.
        var stated = claims.Text("iss");
        var issuer = stated is null ? null : _issuers.FirstOrDefault(one => one.Issues(stated, claims));
        return issuer is null
            ? TokenVerdict.Refused(LoginFailure.UnknownIssuer, $"iss '{stated}'")
            : await issuer.ValidateAsync(token, header, claims);
    }
}
