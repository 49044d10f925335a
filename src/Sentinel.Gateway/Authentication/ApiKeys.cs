using System.Security.Cryptography;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>The API keys and the anonymous caller of one snapshot.</summary>
internal sealed class ApiKeys
{
    private readonly (byte[] Sha256, Caller Caller)[] _keys;

    public ApiKeys(ConfigurationSnapshot snapshot)
    {
        Snapshot = snapshot;
        var options = snapshot.Sentinel.Authentication!;
        _keys =
        [
            .. options.ApiKeys.Select(key => (
                Convert.FromHexString(key.Sha256),
                new Caller(Caller.KeyPrefix + key.Name, key.Roles.Where(snapshot.Policy.HasRole))
                {
                    Display = key.Name,
                })),
        ];
        Anonymous = options.Anonymous is { } anonymous
            ? new Caller(Caller.AnonymousSubject, anonymous.Roles.Where(snapshot.Policy.HasRole))
            : null;
    }

    public ConfigurationSnapshot Snapshot { get; }

    /// <summary>Who a request without a credential is; null where that is nobody.</summary>
    public Caller? Anonymous { get; }

    /// <summary>Whose key this is; null for nobody's.</summary>
    /// <remarks>Every key is compared to its end, whichever matches: the time tells nothing of any.</remarks>
    public Caller? Find(in CredentialHash credential)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        credential.CopyTo(hash);
        Caller? found = null;
        foreach (var (sha256, caller) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(sha256, hash))
            {
                found = caller;
            }
        }

        return found;
    }
}
