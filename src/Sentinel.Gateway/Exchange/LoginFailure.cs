namespace Sentinel.Gateway.Exchange;

/// <summary>Why a login failed: for the log, the count and the challenge; the client learns only its kind.</summary>
/// <param name="Reason">The stable code that nobody rewords.</param>
/// <param name="IsTokenFault">Whether a token was sent and is not valid: <c>invalid_token</c> of RFC 6750.</param>
/// <param name="IsScopeFault">Whether the token lacks a scope: <c>insufficient_scope</c>.</param>
internal sealed record LoginFailure(string Reason, bool IsTokenFault = true, bool IsScopeFault = false)
{
    public static readonly LoginFailure NoCredential = new("no_credential", IsTokenFault: false);
    public static readonly LoginFailure TwoCredentials = new("two_credentials", IsTokenFault: false);
    public static readonly LoginFailure RepeatedHeader = new("repeated_header", IsTokenFault: false);
    public static readonly LoginFailure Scheme = new("scheme", IsTokenFault: false);
    public static readonly LoginFailure ApiKey = new("api_key");

    public static readonly LoginFailure TooLarge = new("too_large");
    public static readonly LoginFailure Malformed = new("malformed");
    public static readonly LoginFailure Encrypted = new("encrypted");
    public static readonly LoginFailure Algorithm = new("algorithm");
    public static readonly LoginFailure Crit = new("crit");
    public static readonly LoginFailure Type = new("typ");
    public static readonly LoginFailure UnknownIssuer = new("unknown_issuer");
    public static readonly LoginFailure IssuerUnavailable = new("issuer_unavailable", IsTokenFault: false);
    public static readonly LoginFailure KeyUnknown = new("key_unknown");
    public static readonly LoginFailure BadSignature = new("bad_signature");
    public static readonly LoginFailure WrongIssuer = new("wrong_issuer");
    public static readonly LoginFailure Tenant = new("tenant");
    public static readonly LoginFailure WrongAudience = new("wrong_audience");
    public static readonly LoginFailure NoExpiry = new("no_expiry");
    public static readonly LoginFailure Expired = new("expired");
    public static readonly LoginFailure NotYetValid = new("not_yet_valid");
    public static readonly LoginFailure Subject = new("subject");
    public static readonly LoginFailure NoPermission = new("no_permission");
    public static readonly LoginFailure Scope = new("scope", IsTokenFault: false, IsScopeFault: true);

    /// <summary>All of them, in the order above.</summary>
    public static IReadOnlyList<LoginFailure> All { get; } =
    [
        NoCredential, TwoCredentials, RepeatedHeader, Scheme, ApiKey, TooLarge, Malformed, Encrypted, Algorithm, Crit,
        Type, UnknownIssuer, IssuerUnavailable, KeyUnknown, BadSignature, WrongIssuer, Tenant, WrongAudience, NoExpiry,
        Expired, NotYetValid, Subject, NoPermission, Scope,
    ];
}
