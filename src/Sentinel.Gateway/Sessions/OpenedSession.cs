namespace Sentinel.Gateway.Sessions;

/// <summary>What a sealed text held.</summary>
/// <param name="Sealed">The text as the client sent it.</param>
/// <param name="Destination">The destination that made the session, and the only one that knows it.</param>
/// <param name="Id">The backend's own id; of an HTTP+SSE session its endpoint, path and query.</param>
internal sealed record OpenedSession(string Sealed, string Destination, string Id);

/// <summary>What is sealed; one never opens as another.</summary>
internal enum SealKind : byte
{
    /// <summary>An <c>Mcp-Session-Id</c>.</summary>
    Session = 1,

    /// <summary>The place where an HTTP+SSE server takes messages.</summary>
    Endpoint = 2,
}
