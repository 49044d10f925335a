using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authorization;

/// <summary>Who is held to limits: an issuer and a subject, so that all anonymous callers are one.</summary>
internal readonly record struct CallerKey(string? Issuer, string Subject)
{
    public static CallerKey Of(Caller? caller) => new(caller?.Issuer, caller?.Subject ?? Caller.AnonymousSubject);
}
