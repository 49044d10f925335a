using System.Data.Common;

namespace Sentinel.Audit.Reading;

/// <summary>Turns the columns of <see cref="AuditSql.Columns"/> into a row, alike for both stores.</summary>
internal static class RowColumns
{
    /// <param name="reader">Stands on a row.</param>
    /// <param name="micros">Reads a time, in microseconds since 0001-01-01 UTC.</param>
    public static StoredRow Read(DbDataReader reader, Func<DbDataReader, int, long> micros) => new()
    {
        Id = reader.GetInt64(0),
        RequestId = reader.GetGuid(1),
        TimestampMicros = micros(reader, 2),
        ClientSubject = reader.GetString(3),
        ClientRole = reader.GetString(4),
        ToolName = reader.GetString(5),
        BackendName = reader.GetString(6),
        RequestArgs = Bytes(reader, 7),
        ResponseStatus = reader.GetString(8),
        ErrorMessage = Text(reader, 9),
        LatencyMs = reader.GetInt64(10),
        CreatedAtMicros = micros(reader, 11),
        Reason = Text(reader, 12),
        ErrorCode = Int(reader, 13),
        HttpStatus = Int(reader, 14),
        LatencyUs = Long(reader, 15),
        FirstByteUs = Long(reader, 16),
        GatewayUs = Long(reader, 17),
        ClientIssuer = Text(reader, 18),
        ClientTenant = Text(reader, 19),
        ClientDisplay = Text(reader, 20),
        ClientApp = Text(reader, 21),
        Method = Text(reader, 22),
        JsonRpcId = Text(reader, 23),
        SessionHash = Text(reader, 24),
        ProtocolVersion = Text(reader, 25),
        ClientName = Text(reader, 26),
        ClientAddress = Text(reader, 27),
        Route = Text(reader, 28),
        TraceId = Text(reader, 29),
        RequestBytes = Long(reader, 30),
        ResponseBytes = Long(reader, 31),
        Decision = Text(reader, 32),
        Instance = Text(reader, 33),
        JournalId = reader.IsDBNull(34) ? null : reader.GetGuid(34),
        Seq = Long(reader, 35),
        ChainHash = Bytes(reader, 36),
    };

    /// <summary>The bytes of a column; empty for NULL.</summary>
    public static byte[] Bytes(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? [] : reader.GetFieldValue<byte[]>(column);

    private static string? Text(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    private static int? Int(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt32(column);

    private static long? Long(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);
}
