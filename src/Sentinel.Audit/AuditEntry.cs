using Sentinel.Audit.Journal;

namespace Sentinel.Audit;

/// <summary>
/// One call: who did what, when, with what arguments, and what happened. One row of <c>audit_log</c>.
/// </summary>
/// <remarks>Immutable once written to the channel. Durations are microseconds, sizes are bytes on the wire.</remarks>
public sealed record AuditEntry
{
    /// <summary>UUIDv7 made when the call arrived; also the <c>Sentinel-Request-Id</c> header.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>When the call arrived, in UTC.</summary>
    public required DateTime Timestamp { get; init; }

    /// <summary>The caller as the issuer states it, <c>key:NAME</c>, or <c>anonymous</c>.</summary>
    public required string ClientSubject { get; init; }

    /// <summary>Effective roles, sorted, comma-separated.</summary>
    public required string ClientRole { get; init; }

    /// <summary><c>params.name</c>, or <c>unknown</c> where it could not be read.</summary>
    public required string ToolName { get; init; }

    /// <summary>The backend's id, or <c>unknown</c>.</summary>
    public required string BackendName { get; init; }

    /// <summary>
    /// The whole <c>params</c> object as UTF-8 JSON, as <see cref="AuditArguments.Capture"/> keeps it; empty for none.
    /// </summary>
    public ReadOnlyMemory<byte> RequestArgs { get; init; }

    /// <summary>What became of the call.</summary>
    public required AuditOutcome Outcome { get; init; }

    /// <summary>From the JSON-RPC error, the tool's error text, or the refusal.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The stable code of a non-success; null on plain success.</summary>
    public string? Reason { get; init; }

    /// <summary>The JSON-RPC error code, where there was one.</summary>
    public int? ErrorCode { get; init; }

    /// <summary>The HTTP status that the client was sent; null where the client left before one was.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>
    /// From arrival to the response message, in microseconds. Of a denied call too; its row's latency_ms is 0.
    /// </summary>
    public required long LatencyUs { get; init; }

    /// <summary>From arrival to the backend's first byte, in microseconds.</summary>
    public long? FirstByteUs { get; init; }

    /// <summary>Spent inside Sentinel before forwarding, in microseconds.</summary>
    public long? GatewayUs { get; init; }

    /// <summary>Who vouched for the caller.</summary>
    public string? ClientIssuer { get; init; }

    /// <summary>The caller's Entra ID tenant.</summary>
    public string? ClientTenant { get; init; }

    /// <summary>A name that an auditor can read.</summary>
    public string? ClientDisplay { get; init; }

    /// <summary>The client application the caller used.</summary>
    public string? ClientApp { get; init; }

    /// <summary>The JSON-RPC method.</summary>
    public string? Method { get; init; }

    /// <summary>The request's id as JSON text, so that <c>1</c> and <c>"1"</c> differ.</summary>
    public string? JsonRpcId { get; init; }

    /// <summary>SHA-256 of the backend's session id, in hex.</summary>
    public string? SessionHash { get; init; }

    /// <summary>The protocol revision that the request named.</summary>
    public string? ProtocolVersion { get; init; }

    /// <summary>The client's own name for itself; never used for decisions.</summary>
    public string? ClientName { get; init; }

    /// <summary>The peer's address.</summary>
    public string? ClientAddress { get; init; }

    /// <summary>The id of the route.</summary>
    public string? Route { get; init; }

    /// <summary>The W3C trace id.</summary>
    public string? TraceId { get; init; }

    /// <summary>Size of the request's body.</summary>
    public long? RequestBytes { get; init; }

    /// <summary>Size of the response's body as far as it went.</summary>
    public long? ResponseBytes { get; init; }

    /// <summary>The grant or rule that decided.</summary>
    public string? Decision { get; init; }

    /// <summary>Whether the arguments have been made storable, and hold no secret any more.</summary>
    internal bool HasStorableArgs { get; init; }

    /// <summary>Its place in the journal, where it was begun.</summary>
    internal JournalTicket? Ticket { get; init; }
}
