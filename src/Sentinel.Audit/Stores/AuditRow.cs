namespace Sentinel.Audit.Stores;

/// <summary>An entry made storable: every text and every JSON value in it is one that both stores take.</summary>
internal sealed record AuditRow
{
    /// <summary>What indexes lead with: a B-tree of PostgreSQL refuses keys beyond 2,704 bytes.</summary>
    public const int IndexedCharsMax = 512;

    public const int MessageCharsMax = 1000;

    /// <summary>No honest value is longer; a row stays within a few pages whatever a caller sends.</summary>
    public const int TextCharsMax = 8192;

    private AuditRow(AuditEntry entry)
    {
        RequestId = entry.RequestId;
        TimestampMicros = MicrosSinceYearOne(entry.Timestamp);
        Month = new DateOnly(entry.Timestamp.Year, entry.Timestamp.Month, 1);
        ClientSubject = Indexed(entry.ClientSubject);
        ClientRole = Text(entry.ClientRole) ?? "";
        ToolName = Indexed(entry.ToolName);
        BackendName = Indexed(entry.BackendName);
        RequestArgs = entry.HasStorableArgs ? entry.RequestArgs : StorableJson.From(entry.RequestArgs);
        ResponseStatus = StatusOf(entry.Outcome);
        ErrorMessage = StorableText.From(entry.ErrorMessage, MessageCharsMax);
        LatencyUs = entry.LatencyUs;
        LatencyMs = entry.Outcome == AuditOutcome.Denied ? 0 : entry.LatencyUs / 1000;
        Reason = Text(entry.Reason);
        ErrorCode = entry.ErrorCode;
        HttpStatus = entry.HttpStatus;
        FirstByteUs = entry.FirstByteUs;
        GatewayUs = entry.GatewayUs;
        ClientIssuer = Text(entry.ClientIssuer);
        ClientTenant = Text(entry.ClientTenant);
        ClientDisplay = Text(entry.ClientDisplay);
        ClientApp = Text(entry.ClientApp);
        Method = Text(entry.Method);
        JsonRpcId = Text(entry.JsonRpcId);
        SessionHash = Text(entry.SessionHash);
        ProtocolVersion = Text(entry.ProtocolVersion);
        ClientName = Text(entry.ClientName);
        ClientAddress = Text(entry.ClientAddress);
        Route = Text(entry.Route);
        TraceId = Text(entry.TraceId);
        RequestBytes = entry.RequestBytes;
        ResponseBytes = entry.ResponseBytes;
        Decision = Text(entry.Decision);
    }

    public Guid RequestId { get; }

    /// <summary>When the call arrived, in whole microseconds since 0001-01-01 UTC.</summary>
    public long TimestampMicros { get; }

    /// <summary>When the call had ended and its entry was made, in the same.</summary>
    public long EndMicros => TimestampMicros + LatencyUs;

    /// <summary>The first day of the timestamp's month, in UTC: which chain of its writer the row belongs to.</summary>
    public DateOnly Month { get; }

    public string ClientSubject { get; }

    public string ClientRole { get; }

    public string ToolName { get; }

    public string BackendName { get; }

    /// <summary>UTF-8 JSON, or empty for NULL.</summary>
    public ReadOnlyMemory<byte> RequestArgs { get; private init; }

    public string ResponseStatus { get; }

    public string? ErrorMessage { get; }

    public long LatencyMs { get; }

    public string? Reason { get; }

    public int? ErrorCode { get; }

    public int? HttpStatus { get; }

    public long LatencyUs { get; }

    public long? FirstByteUs { get; }

    public long? GatewayUs { get; }

    public string? ClientIssuer { get; }

    public string? ClientTenant { get; }

    public string? ClientDisplay { get; }

    public string? ClientApp { get; }

    public string? Method { get; }

    public string? JsonRpcId { get; }

    public string? SessionHash { get; }

    public string? ProtocolVersion { get; }

    public string? ClientName { get; }

    public string? ClientAddress { get; }

    public string? Route { get; }

    public string? TraceId { get; }

    public long? RequestBytes { get; }

    public long? ResponseBytes { get; }

    public string? Decision { get; }

    /// <summary>Makes an entry storable.</summary>
    public static AuditRow From(AuditEntry entry) => new(ToUtc(entry));

    /// <summary>The same row for a store that refused it: a mark in place of the arguments.</summary>
    public AuditRow WithoutArguments() => this with { RequestArgs = StorableJson.Unstorable };

    private static AuditEntry ToUtc(AuditEntry entry) =>
        entry.Timestamp.Kind == DateTimeKind.Local
            ? entry with { Timestamp = entry.Timestamp.ToUniversalTime() }
            : entry;

    private static long MicrosSinceYearOne(DateTime timestamp) => timestamp.Ticks / TimeSpan.TicksPerMicrosecond;

    private static string Indexed(string value) => StorableText.From(value, IndexedCharsMax) ?? "";

    private static string? Text(string? value) => StorableText.From(value, TextCharsMax);

    private static string StatusOf(AuditOutcome outcome) => outcome switch
    {
        AuditOutcome.Success => "success",
        AuditOutcome.Denied => "denied",
        _ => "error",
    };
}
