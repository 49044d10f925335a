using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>What became of a token: a caller, or why there is none.</summary>
internal sealed record TokenVerdict
{
    private readonly Func<bool> _areKeysCurrent;

    private TokenVerdict(Func<bool> areKeysCurrent) => _areKeysCurrent = areKeysCurrent;

    public Caller? Caller { get; private init; }

    public LoginFailure? Failure { get; private init; }

    /// <summary>For the log: what the token says and what was wanted. Holds no credential.</summary>
    public string? Detail { get; private init; }

    /// <summary>When the token itself ends; no verdict is kept longer.</summary>
    public DateTimeOffset ExpiresAt { get; private init; }

    /// <summary>Whether the keys that proved the token are still the issuer's.</summary>
    public bool AreKeysCurrent => _areKeysCurrent();

    public static TokenVerdict Refused(LoginFailure failure, string? detail = null) =>
        new(static () => false) { Failure = failure, Detail = detail };

    /// <param name="caller">Who it is.</param>
    /// <param name="expiresAt">When the token ends.</param>
    /// <param name="areKeysCurrent">Says as long as it is asked whether the signing keys are the same.</param>
    public static TokenVerdict Admitted(Caller caller, DateTimeOffset expiresAt, Func<bool> areKeysCurrent) =>
        new(areKeysCurrent) { Caller = caller, ExpiresAt = expiresAt };
}
