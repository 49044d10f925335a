using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Sessions;

/// <summary>Whose session it is: a caller's, with one backend.</summary>
/// <param name="Backend">The backend's id.</param>
/// <param name="Issuer">Who vouches for the caller; null for keys and anonymous callers.</param>
/// <param name="Subject">The caller, as the issuer states it.</param>
internal readonly record struct SessionOwner(string Backend, string? Issuer, string Subject)
{
    public static SessionOwner Of(McpExchange exchange) =>
        new(exchange.Backend, exchange.Caller?.Issuer, exchange.Caller?.Subject ?? Caller.AnonymousSubject);
}
