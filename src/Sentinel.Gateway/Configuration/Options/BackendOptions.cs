using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Sentinel.Gateway.Configuration;

/// <summary>What Sentinel sends to one backend in the clients' place.</summary>
internal sealed record BackendOptions
{
    [Description("Headers for this backend: a text, or env:NAME, alone or after a word and a space, for the value of "
        + "an environment variable.")]
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    [Description("Whether clients' own bearer tokens go on to this backend. Its 401 and 403 then reach the client. "
        + "API keys never go on.")]
    public bool ForwardAuthorization { get; init; }

    [Description("An access token of Sentinel's own for this backend, by OAuth's client credentials grant.")]
    public ClientCredentialsOptions? ClientCredentials { get; init; }

    [Description("File with the authorities that this backend's certificate must come from, PEM; those that the system "
        + "trusts do not count then. It is read again when it changes.")]
    public string? CaPath { get; init; }

    [Description("File with the certificate that Sentinel presents to this backend, and its intermediates, PEM.")]
    public string? ClientCertificatePath { get; init; }

    [Description("File with its private key, PEM, unencrypted. Absent: the key is in the certificate's file.")]
    public string? ClientKeyPath { get; init; }
}

/// <summary>OAuth's client credentials grant (RFC 6749, section 4.4).</summary>
internal sealed record ClientCredentialsOptions
{
    [Description("The authorization server's token endpoint.")]
    [Required]
    [RegularExpression(
        """https?://[^\s#@\\]+""",
        ErrorMessage = "write the token endpoint's URL, for example https://idp.example.com/oauth2/token")]
    public string TokenUrl { get; init; } = "";

    [Description("Sentinel's client id there.")]
    [Required]
    public string ClientId { get; init; } = "";

    [Description("Name of the environment variable that holds the client secret.")]
    [Required]
    public string ClientSecretEnv { get; init; } = "";

    [Description("How the client id and secret are sent: Basic, in the Authorization header; Post, in the form.")]
    public ClientAuthentication ClientAuthentication { get; init; }

    [Description("The scopes to ask for, parted by spaces.")]
    public string? Scope { get; init; }

    [Description("The resource to ask for (RFC 8707).")]
    public string? Resource { get; init; }

    [Description("The audience to ask for, where the authorization server knows that parameter.")]
    public string? Audience { get; init; }

    [Description("Seconds that the token endpoint has to answer.")]
    [Range(1, 60)]
    public int TimeoutSeconds { get; init; } = 10;
}

internal enum ClientAuthentication
{
    Basic,
    Post,
}
