using Sentinel.Gateway.Configuration.Tls;

namespace Sentinel.Gateway.Configuration.Backends;

/// <summary>One backend's settings, with the values that the file only names.</summary>
internal sealed class BackendSettings
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <inheritdoc cref="BackendOptions.ForwardAuthorization"/>
    public bool ForwardAuthorization { get; init; }

    public ClientCredentialsGrant? ClientCredentials { get; init; }

    /// <inheritdoc cref="BackendOptions.FailOver"/>
    public bool FailsOver { get; init; } = true;

    public BackendTls? Tls { get; init; }
}

/// <summary>One client of one authorization server; equal settings are one grant, and share its token.</summary>
internal sealed record ClientCredentialsGrant(
    Uri TokenUrl,
    string ClientId,
    string ClientSecret,
    ClientAuthentication ClientAuthentication,
    string? Scope,
    string? Resource,
    string? Audience,
    TimeSpan Timeout)
{
    /// <remarks>Not what a record would print: that has the secret in it.</remarks>
    public override string ToString() => $"{ClientId} at {TokenUrl}";
}
