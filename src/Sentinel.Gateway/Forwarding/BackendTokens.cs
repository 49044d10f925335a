using System.Collections.Concurrent;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Backends;

namespace Sentinel.Gateway.Forwarding;

/// <summary>The tokens that Sentinel itself presents to backends: fetched once, shared, and renewed in time.</summary>
internal sealed class BackendTokens(
    ConfigurationSource configuration,
    TokenEndpoint endpoint,
    TimeProvider time,
    ILogger<BackendTokens> logger)
{
    private readonly ConcurrentDictionary<ClientCredentialsGrant, SharedToken> _tokens = new();

    /// <summary>The token; null where none can be had now, and the log says why.</summary>
    public ValueTask<AccessToken?> GetAsync(ClientCredentialsGrant grant, CancellationToken cancellationToken) =>
        TokenOf(grant).GetAsync(cancellationToken);

    /// <summary>Told that a backend did not take the token that is current: the next call fetches another.</summary>
    public void Reject(ClientCredentialsGrant grant) => TokenOf(grant).Reject();

    private SharedToken TokenOf(ClientCredentialsGrant grant)
    {
        if (_tokens.TryGetValue(grant, out var token))
        {
            return token;
        }

        // A grant that is new came with a new configuration: what that does not know any more goes.
        var known = configuration.Current.Backends.Values.Select(backend => backend.ClientCredentials).ToHashSet();
        foreach (var old in _tokens.Keys.Where(old => !known.Contains(old)))
        {
            _tokens.TryRemove(old, out _);
        }

        return _tokens.GetOrAdd(grant, added => new SharedToken(added, endpoint, time, logger));
    }
}
