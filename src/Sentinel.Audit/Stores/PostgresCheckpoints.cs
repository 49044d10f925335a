using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Sentinel.Audit.Stores;

/// <summary>The checkpoints of one writer in PostgreSQL, inside the transaction that copies its rows.</summary>
internal static class PostgresCheckpoints
{
    private static readonly int EpochDay = new DateOnly(2000, 1, 1).DayNumber;

    /// <summary>Takes the writer's lock, then reads how far it has come.</summary>
    /// <remarks>
    /// A backend that was frozen or cut off may still hold an earlier attempt whose COMMIT it has yet to execute. It
    /// took this lock first, so that what is read here is what that attempt left: its commit or its rollback.
    /// </remarks>
    public static async Task<Dictionary<DateOnly, Checkpoint>> LockAndReadAsync(
        NpgsqlConnection connection,
        Guid writerId)
    {
        await using var commands = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))")
                {
                    Parameters = { new NpgsqlParameter<string> { TypedValue = "sentinel.audit." + writerId } },
                },
                // As text, because Npgsql turns the first and last day into infinities.
                new("SELECT month::text, seq, chain_hash, dropped, position FROM public.audit_checkpoint "
                    + "WHERE journal_id = $1")
                {
                    Parameters = { new NpgsqlParameter<Guid> { TypedValue = writerId } },
                },
            },
        };
        var stored = new Dictionary<DateOnly, Checkpoint>();
        await using var reader = await commands.ExecuteReaderAsync(CancellationToken.None);
        await reader.NextResultAsync(CancellationToken.None);
        while (await reader.ReadAsync(CancellationToken.None))
        {
            var month = DateOnly.ParseExact(reader.GetString(0), "yyyy-MM-dd", CultureInfo.InvariantCulture);
            stored[month] = new Checkpoint(
                reader.GetInt64(1),
                reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2),
                reader.GetInt64(3),
                reader.IsDBNull(4) ? null : reader.GetInt64(4));
        }

        return stored;
    }

    public static async Task MoveAsync(NpgsqlConnection connection, AuditBatch batch)
    {
        foreach (var move in batch.Moves)
        {
            await using var command = new NpgsqlCommand(move.Expected == 0 ? InsertSql : UpdateSql, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = batch.WriterId },
                    new NpgsqlParameter<int>
                    {
                        TypedValue = move.Month.DayNumber - EpochDay,
                        NpgsqlDbType = NpgsqlDbType.Date,
                    },
                    new NpgsqlParameter<long> { TypedValue = move.Last },
                    new NpgsqlParameter<long> { TypedValue = batch.Dropped },
                    new NpgsqlParameter<long> { TypedValue = move.Expected },
                    new NpgsqlParameter
                    {
                        Value = batch.Position ?? (object)DBNull.Value,
                        NpgsqlDbType = NpgsqlDbType.Bigint,
                    },
                    new NpgsqlParameter<byte[]> { TypedValue = move.ChainHash },
                },
            };
            if (await command.ExecuteNonQueryAsync(CancellationToken.None) != 1)
            {
                throw Checkpoints.Mismatch(batch.WriterId, move, null);
            }
        }
    }

    private const string UpdateSql =
        """
        UPDATE public.audit_checkpoint SET seq = $3, chain_hash = $7, dropped = $4, position = coalesce($6, position),
            updated_at = pg_catalog.now()
        WHERE journal_id = $1 AND month = $2 AND seq = $5
        """;

    private const string InsertSql =
        """
        INSERT INTO public.audit_checkpoint (journal_id, month, seq, chain_hash, dropped, position)
        SELECT $1, $2, $3, $7, $4, $6 WHERE $5 = 0
        ON CONFLICT DO NOTHING
        """;
}
