using System.Collections.Frozen;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>The API keys and the anonymous caller of one snapshot.</summary>
internal sealed class ApiKeys
{
    private readonly FrozenDictionary<CredentialHash, ApiKey> _keys;

    public ApiKeys(ConfigurationSnapshot snapshot)
    {
        Snapshot = snapshot;
        var options = snapshot.Sentinel.Authentication!;
        _keys = options.ApiKeys.ToFrozenDictionary(
            key => CredentialHash.OfHex(key.Sha256),
            key => new ApiKey(
                new Caller(Caller.KeyPrefix + key.Name, key.Roles.Where(snapshot.Policy.HasRole))
                {
                    Display = key.Name,
                },
                key.ExpiresAt,
                key.Backends?.ToFrozenSet(StringComparer.Ordinal)));
        Anonymous = options.Anonymous is { } anonymous
            ? new Caller(Caller.AnonymousSubject, anonymous.Roles.Where(snapshot.Policy.HasRole))
            : null;
    }

    public ConfigurationSnapshot Snapshot { get; }

    /// <summary>Who a request without a credential is; null where that is nobody.</summary>
    public Caller? Anonymous { get; }

    /// <summary>The key with this hash; null for none.</summary>
    /// <remarks>
    /// A look-up, though its time shows how much of a hash agrees with a stored one: to choose credentials whose
    /// SHA-256 agrees in more bits is to guess as many bits, and what the guesser learns is a hash, not the key.
    /// </remarks>
    public ApiKey? Find(in CredentialHash credential) => _keys.GetValueOrDefault(credential);
}

/// <summary>One API key: for whom, where and until when it is good.</summary>
/// <param name="Caller">Whom it stands for.</param>
/// <param name="ExpiresAt">From when on it is refused; null for never.</param>
/// <param name="Backends">Where it is good; null for everywhere.</param>
internal sealed record ApiKey(Caller Caller, DateTimeOffset? ExpiresAt, FrozenSet<string>? Backends)
{
    /// <summary>Why the key is not valid for this request; null where it is.</summary>
    /// <param name="backend">The backend asked for; null where the path leads to none.</param>
    /// <param name="now">The time of the request.</param>
    /// <remarks>Only who holds the key learns the reason.</remarks>
    public Refusal? Check(string? backend, DateTimeOffset now)
    {
        if (ExpiresAt <= now)
        {
            return Refusal.KeyExpired;
        }

        return backend is not null && Backends?.Contains(backend) == false ? Refusal.KeyOfOtherBackend : null;
    }
}
