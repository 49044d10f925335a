using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Sentinel.Audit.Stores;

/// <summary>The checkpoints of one writer in SQLite, inside the transaction that stores its rows.</summary>
internal static class SqliteCheckpoints
{
    private const string DateFormat = "yyyy-MM-dd";

    public static Dictionary<DateOnly, Checkpoint> Read(
        SqliteConnection connection,
        SqliteTransaction? transaction,
        Guid writerId)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT month, seq, chain_hash, dropped, position FROM audit_checkpoint "
            + "WHERE journal_id = $journal_id";
        command.Parameters.AddWithValue("$journal_id", writerId.ToString());
        using var reader = command.ExecuteReader();
        var stored = new Dictionary<DateOnly, Checkpoint>();
        while (reader.Read())
        {
            var month = DateOnly.ParseExact(reader.GetString(0), DateFormat, CultureInfo.InvariantCulture);
            stored[month] = new Checkpoint(
                reader.GetInt64(1),
                reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2),
                reader.GetInt64(3),
                reader.IsDBNull(4) ? null : reader.GetInt64(4));
        }

        return stored;
    }

    public static void Move(SqliteConnection connection, SqliteTransaction transaction, AuditBatch batch, DateTime now)
    {
        foreach (var move in batch.Moves)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = move.Expected == 0
                ? """
                  INSERT INTO audit_checkpoint (journal_id, month, seq, chain_hash, dropped, position, updated_at)
                  VALUES ($journal_id, $month, $last, $hash, $dropped, $position, $now) ON CONFLICT DO NOTHING
                  """
                : """
                  UPDATE audit_checkpoint SET seq = $last, chain_hash = $hash, dropped = $dropped,
                      position = coalesce($position, position), updated_at = $now
                  WHERE journal_id = $journal_id AND month = $month AND seq = $expected
                  """;
            command.Parameters.AddWithValue("$journal_id", batch.WriterId.ToString());
            command.Parameters.AddWithValue("$month", move.Month.ToString(DateFormat, CultureInfo.InvariantCulture));
            command.Parameters.AddWithValue("$last", move.Last);
            command.Parameters.AddWithValue("$hash", move.ChainHash);
            command.Parameters.AddWithValue("$dropped", batch.Dropped);
            command.Parameters.AddWithValue("$position", batch.Position ?? (object)DBNull.Value);
            command.Parameters.AddWithValue("$now", SqliteRows.Timestamp(now));
            if (move.Expected != 0)
            {
                command.Parameters.AddWithValue("$expected", move.Expected);
            }

            if (command.ExecuteNonQuery() != 1)
            {
                throw Checkpoints.Mismatch(batch.WriterId, move, null);
            }
        }
    }
}
