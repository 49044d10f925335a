using System.Data.Common;
using System.Globalization;

namespace Sentinel.Audit.Reading;

/// <summary>Turns journal_id, month as text, seq, chain_hash and dropped into a checkpoint.</summary>
internal static class CheckpointColumns
{
    public static StoredCheckpoint Read(DbDataReader reader) => new(
        new AuditWriterMonth(
            reader.GetGuid(0), DateOnly.ParseExact(reader.GetString(1), "yyyy-MM-dd", CultureInfo.InvariantCulture)),
        reader.GetInt64(2),
        RowColumns.Bytes(reader, 3),
        reader.GetInt64(4));
}
