using System.Net;
using System.Text.Json;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>Judges a credential that did not come with a request to a backend.</summary>
/// <remarks>A key that is bound to backends is good here: which backend a request is for is not asked.</remarks>
internal sealed class CredentialChecker(
    ConfigurationSource configuration,
    CallerDirectory directory,
    LoginLog log,
    TimeProvider time)
{
    /// <inheritdoc cref="CheckCredential"/>
    public async ValueTask<CredentialVerdict?> CheckAsync(
        string credential,
        IPAddress? address,
        CancellationToken cancellationToken)
    {
        var known = directory.Of(configuration.Current);
        var hash = CredentialHash.Of(credential);
        if (known.Keys.Find(hash) is { } key)
        {
            if (key.Check(backend: null, time.GetUtcNow()) is null)
            {
                return new CredentialVerdict(key.Caller, key.ExpiresAt, () => RenewKey(hash));
            }

            log.Record(LoginFailure.Expired, address, null);
            return null;
        }

        if (!TokenHeader.IsMeant(credential))
        {
            log.Record(LoginFailure.ApiKey, address, null);
            return null;
        }

        var verdict = await known.Tokens.ValidateAsync(credential, hash).WaitAsync(cancellationToken);
        if (verdict.Caller is { } caller)
        {
            var rules = RulesOf(known.Snapshot);
            return new CredentialVerdict(
                caller, verdict.ExpiresAt, () => RenewToken(verdict, known.Snapshot, rules));
        }

        log.Record(verdict.Failure!, address, verdict.Detail);
        return null;
    }

    private Caller? RenewKey(CredentialHash hash)
    {
        var key = directory.Of(configuration.Current).Keys.Find(hash);
        return key?.Check(backend: null, time.GetUtcNow()) is null ? key?.Caller : null;
    }

    // Without the token it cannot be judged again: where the rules for tokens are others than they were, it has to be
    // presented anew.
    private Caller? RenewToken(TokenVerdict verdict, ConfigurationSnapshot judgedBy, string rules)
    {
        var snapshot = configuration.Current;
        if (time.GetUtcNow() >= verdict.ExpiresAt
            || !verdict.AreKeysCurrent
            || (!ReferenceEquals(snapshot, judgedBy) && RulesOf(snapshot) != rules))
        {
            return null;
        }

        var caller = verdict.Caller!;
        return caller.Roles.All(snapshot.Policy.HasRole)
            ? caller
            : new Caller(caller.Subject, caller.Roles.Where(snapshot.Policy.HasRole))
            {
                Issuer = caller.Issuer,
                Tenant = caller.Tenant,
                Display = caller.Display,
                App = caller.App,
            };
    }

    private static string RulesOf(ConfigurationSnapshot snapshot)
    {
        var options = snapshot.Sentinel.Authentication!;
        return JsonSerializer.Serialize(new { options.AzureAd, options.Issuers, options.RoleMap });
    }
}
