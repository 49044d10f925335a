namespace Sentinel.Gateway.Exchange;

/// <summary>Seals where an HTTP+SSE server takes messages, for the caller and destination of the exchange.</summary>
/// <param name="context">The stream's exchange.</param>
/// <param name="endpoint">Path and query, as the client would reach it unsealed.</param>
/// <returns>Path and query for the client; null where it cannot be sealed.</returns>
/// <remarks>Sessions implements it and Forwarding calls it, and neither stage knows the other.</remarks>
internal delegate string? SealEndpoint(HttpContext context, string endpoint);
