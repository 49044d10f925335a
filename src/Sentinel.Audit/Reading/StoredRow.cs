namespace Sentinel.Audit.Reading;

/// <summary>A row of <c>audit_log</c>, every column of it, as either store gives it back.</summary>
/// <remarks>
/// Times are microseconds since 0001-01-01 UTC, as both stores hold them. Nothing here was checked on the way out: a
/// row may have been changed by someone who can, which is what the chain is for.
/// </remarks>
public sealed record StoredRow
{
    /// <summary>The store's own number of the row.</summary>
    public required long Id { get; init; }

    /// <inheritdoc cref="AuditEntry.RequestId"/>
    public required Guid RequestId { get; init; }

    /// <summary>When the call arrived.</summary>
    public required long TimestampMicros { get; init; }

    /// <inheritdoc cref="AuditEntry.ClientSubject"/>
    public required string ClientSubject { get; init; }

    /// <inheritdoc cref="AuditEntry.ClientRole"/>
    public required string ClientRole { get; init; }

    /// <inheritdoc cref="AuditEntry.ToolName"/>
    public required string ToolName { get; init; }

    /// <inheritdoc cref="AuditEntry.BackendName"/>
    public required string BackendName { get; init; }

    /// <summary>
    /// The <c>params</c> object as the store holds it, in UTF-8; empty for NULL. PostgreSQL's jsonb has sorted its
    /// keys and written its numbers anew, SQLite has left both.
    /// </summary>
    public ReadOnlyMemory<byte> RequestArgs { get; init; }

    /// <summary><c>success</c>, <c>error</c> or <c>denied</c>.</summary>
    public required string ResponseStatus { get; init; }

    /// <inheritdoc cref="AuditEntry.ErrorMessage"/>
    public string? ErrorMessage { get; init; }

    /// <summary>From arrival to the response message, in milliseconds; 0 where the call was denied.</summary>
    public required long LatencyMs { get; init; }

    /// <summary>When the row was written.</summary>
    public required long CreatedAtMicros { get; init; }

    /// <inheritdoc cref="AuditEntry.Reason"/>
    public string? Reason { get; init; }

    /// <inheritdoc cref="AuditEntry.ErrorCode"/>
    public int? ErrorCode { get; init; }

    /// <inheritdoc cref="AuditEntry.HttpStatus"/>
    public int? HttpStatus { get; init; }

    /// <inheritdoc cref="AuditEntry.LatencyUs"/>
    public long? LatencyUs { get; init; }

    /// <inheritdoc cref="AuditEntry.FirstByteUs"/>
    public long? FirstByteUs { get; init; }

    /// <inheritdoc cref="AuditEntry.GatewayUs"/>
    public long? GatewayUs { get; init; }

    /// <inheritdoc cref="AuditEntry.ClientIssuer"/>
    public string? ClientIssuer { get; init; }

    /// <inheritdoc cref="AuditEntry.ClientTenant"/>
    public string? ClientTenant { get; init; }

    /// <inheritdoc cref="AuditEntry.ClientDisplay"/>
    public string? ClientDisplay { get; init; }

    /// <inheritdoc cref="AuditEntry.ClientApp"/>
    public string? ClientApp { get; init; }

    /// <inheritdoc cref="AuditEntry.Method"/>
    public string? Method { get; init; }

    /// <inheritdoc cref="AuditEntry.JsonRpcId"/>
    public string? JsonRpcId { get; init; }

    /// <inheritdoc cref="AuditEntry.SessionHash"/>
    public string? SessionHash { get; init; }

    /// <inheritdoc cref="AuditEntry.ProtocolVersion"/>
    public string? ProtocolVersion { get; init; }

    /// <inheritdoc cref="AuditEntry.ClientName"/>
    public string? ClientName { get; init; }

    /// <inheritdoc cref="AuditEntry.ClientAddress"/>
    public string? ClientAddress { get; init; }

    /// <inheritdoc cref="AuditEntry.Route"/>
    public string? Route { get; init; }

    /// <inheritdoc cref="AuditEntry.TraceId"/>
    public string? TraceId { get; init; }

    /// <inheritdoc cref="AuditEntry.RequestBytes"/>
    public long? RequestBytes { get; init; }

    /// <inheritdoc cref="AuditEntry.ResponseBytes"/>
    public long? ResponseBytes { get; init; }

    /// <inheritdoc cref="AuditEntry.Decision"/>
    public string? Decision { get; init; }

    /// <summary>Who wrote the row, for people.</summary>
    public string? Instance { get; init; }

    /// <summary>Who wrote the row: the chain it belongs to, with its month.</summary>
    public Guid? JournalId { get; init; }

    /// <summary>Its place in that chain, from 1.</summary>
    public long? Seq { get; init; }

    /// <summary>Its link of that chain; empty for NULL.</summary>
    public ReadOnlyMemory<byte> ChainHash { get; init; }

    /// <summary>When the call arrived, in UTC.</summary>
    public DateTime Timestamp => new(TimestampMicros * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);

    /// <summary>Where the next page begins, if this row ends one.</summary>
    public AuditCursor Cursor => new(TimestampMicros, Id);
}
