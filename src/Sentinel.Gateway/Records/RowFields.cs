using System.Globalization;
using Sentinel.Audit.Reading;

namespace Sentinel.Gateway.Records;

/// <summary>A row's columns by the table's names and in its order, for every form of output.</summary>
internal static class RowFields
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Names and values: a text, a number, bytes of JSON in UTF-8; null for NULL.</summary>
    public static readonly (string Name, Func<StoredRow, object?> Value)[] All =
    [
        ("id", row => row.Id),
        ("request_id", row => row.RequestId.ToString()),
        ("timestamp", row => Time(row.TimestampMicros)),
        ("client_subject", row => row.ClientSubject),
        ("client_role", row => row.ClientRole),
        ("tool_name", row => row.ToolName),
        ("backend_name", row => row.BackendName),
        ("request_args", row => row.RequestArgs.IsEmpty ? null : row.RequestArgs),
        ("response_status", row => row.ResponseStatus),
        ("error_message", row => row.ErrorMessage),
        ("latency_ms", row => row.LatencyMs),
        ("created_at", row => Time(row.CreatedAtMicros)),
        ("reason", row => row.Reason),
        ("error_code", row => (long?)row.ErrorCode),
        ("http_status", row => (long?)row.HttpStatus),
        ("latency_us", row => row.LatencyUs),
        ("first_byte_us", row => row.FirstByteUs),
        ("gateway_us", row => row.GatewayUs),
        ("client_issuer", row => row.ClientIssuer),
        ("client_tenant", row => row.ClientTenant),
        ("client_display", row => row.ClientDisplay),
        ("client_app", row => row.ClientApp),
        ("method", row => row.Method),
        ("jsonrpc_id", row => row.JsonRpcId),
        ("session_hash", row => row.SessionHash),
        ("protocol_version", row => row.ProtocolVersion),
        ("client_name", row => row.ClientName),
        ("client_address", row => row.ClientAddress),
        ("route", row => row.Route),
        ("trace_id", row => row.TraceId),
        ("request_bytes", row => row.RequestBytes),
        ("response_bytes", row => row.ResponseBytes),
        ("decision", row => row.Decision),
        ("instance", row => row.Instance),
        ("journal_id", row => row.JournalId?.ToString()),
        ("seq", row => row.Seq),
        ("chain_hash", row => row.ChainHash.IsEmpty ? null : Convert.ToHexStringLower(row.ChainHash.Span)),
    ];

    /// <summary>Microseconds since 0001-01-01 as ISO 8601, in UTC.</summary>
    public static string Time(long micros) =>
        new DateTime(micros * TimeSpan.TicksPerMicrosecond).ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Time"/> wrote.</summary>
    public static bool TryParseTime(string? text, out long micros)
    {
        var isTime = DateTime.TryParseExact(
            text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time);
        micros = time.Ticks / TimeSpan.TicksPerMicrosecond;
        return isTime;
    }
}
