using System.Net;

namespace Sentinel.Gateway.Exchange;

/// <summary>Says whose credential it is, by the rules and with the code that judge the traffic's.</summary>
/// <param name="credential">An API key or a token.</param>
/// <param name="address">Who presents it, for the log of failed logins.</param>
/// <param name="cancellationToken">Ends the waiting.</param>
/// <remarks>
/// Authentication implements it and Management calls it; a delegate, so that neither knows the other.
/// </remarks>
internal delegate ValueTask<CredentialVerdict?> CheckCredential(
    string credential,
    IPAddress? address,
    CancellationToken cancellationToken);

/// <summary>A credential that was found good.</summary>
/// <param name="Caller">Whose it is.</param>
/// <param name="ExpiresAt">When it ends; null for never.</param>
/// <param name="Renew">
/// The caller as the configuration in force has it; null where the credential would not be taken any more. It holds no
/// credential.
/// </param>
internal sealed record CredentialVerdict(Caller Caller, DateTimeOffset? ExpiresAt, Func<Caller?> Renew);
