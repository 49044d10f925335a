using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Sentinel.Gateway.Configuration;

/// <summary>One backend: what Sentinel sends it in the clients' place, and how long it may take.</summary>
internal sealed record BackendOptions
{
    [Description("Headers for this backend. `env:NAME`, or `Bearer env:NAME`, is the value of an environment "
        + "variable; the value of a header that holds a secret has to be one.")]
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    [Description("Whether clients' own bearer tokens go on to this backend. Its 401 and 403 then reach the client. "
        + "API keys never go on.")]
    public bool ForwardAuthorization { get; init; }

    [Description("Seconds that a destination has to take a connection. Absent: 15, or half of FirstByteSeconds (else "
        + "of MaxSeconds) if that is less.")]
    [Range(1, 300)]
    public int? ConnectSeconds { get; init; }

    [Description("Seconds that a destination has to begin its answer, connecting included; not for GET. Absent: as "
        + "long as it may be idle.")]
    [Range(1, 86_400)]
    public int? FirstByteSeconds { get; init; }

    [Description("Seconds for which nothing may move, before an answer or within one; 0: for ever. Absent: what the "
        + "cluster's HttpRequest.ActivityTimeout says, 1800 where it says nothing.")]
    [Range(0, 86_400)]
    public int? IdleSeconds { get; init; }

    [Description("Seconds that a call may take as a whole, whatever moves; not for GET. Absent: as long as something "
        + "moves.")]
    [Range(1, 86_400)]
    public int? MaxSeconds { get; init; }

    [Description("Whether another destination is tried where one takes no connection, so that nothing has been sent.")]
    public bool FailOver { get; init; } = true;

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
    [Description("The authorization server's token endpoint. A plain http one elsewhere than on this machine is a "
        + "warning.")]
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
