using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Reading;

/// <summary>Reads rows from PostgreSQL by a server-side cursor in a read-only transaction.</summary>
internal sealed class PostgresAuditReader : IAuditReader
{
    private readonly NpgsqlDataSource _source;
    private readonly TimeSpan _timeout;

    public PostgresAuditReader(NpgsqlConnectionStringBuilder settings, TimeSpan timeout)
    {
        settings.Enlist = false;
        settings.IncludeErrorDetail = false;
        // The server's own limit comes first; this one is for a server that no longer answers.
        settings.CommandTimeout = (int)timeout.TotalSeconds + 10;
        _source = NpgsqlDataSource.Create(settings);
        _timeout = timeout;
    }

    public string Name => "PostgreSQL";

    public async IAsyncEnumerable<StoredRow> ReadAsync(
        AuditQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sql = AuditSql.From(query, SqlDialect.Postgres);
        await using var connection = await Try(() => OpenAsync(cancellationToken), cancellationToken);
        await using var declare = new NpgsqlCommand($"DECLARE audit_rows NO SCROLL CURSOR FOR {sql.Text}", connection);
        foreach (var (name, value) in sql.Values)
        {
            declare.Parameters.Add(Parameter(name, value));
        }

        await Try(() => declare.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

        // Taken whole before any of it is handed on: the server must not wait in the middle of a step for a consumer.
        var step = new FetchStep();
        List<StoredRow> rows;
        do
        {
            rows = await Try(() => FetchAsync(connection, step.RowCount, cancellationToken), cancellationToken);
            foreach (var row in rows)
            {
                yield return row;
            }

            // Fewer than asked for: there are no more.
        }
        while (rows.Count == step.RowCount && step.Adapt(rows));
    }

    public async IAsyncEnumerable<StoredCheckpoint> ReadCheckpointsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await Try(() => OpenAsync(cancellationToken), cancellationToken);
        var checkpoints = await Try(() => CheckpointsAsync(connection, cancellationToken), cancellationToken);
        foreach (var checkpoint in checkpoints)
        {
            yield return checkpoint;
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    // The connection's disposal rolls the transaction back, and with it goes the cursor.
    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var begin = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                    new("SELECT pg_catalog.set_config('statement_timeout', @timeout, true)")
                    {
                        Parameters =
                        {
                            // No limit is -1 here and 0 there.
                            new NpgsqlParameter<string>(
                                "timeout",
                                Math.Max(0, (long)_timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)),
                        },
                    },
                },
            };
            await begin.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<List<StoredRow>> FetchAsync(
        NpgsqlConnection connection,
        int count,
        CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // A number of ours: FETCH takes no parameter.
        await using var fetch = new NpgsqlCommand(
            string.Create(CultureInfo.InvariantCulture, $"FETCH FORWARD {count} FROM audit_rows"), connection);
#pragma warning restore CA2100
        await using var reader = await fetch.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        var rows = new List<StoredRow>(count);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(RowColumns.Read(reader, ReadMicros));
        }

        return rows;
    }

    private static async Task<List<StoredCheckpoint>> CheckpointsAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken)
    {
        // The month as text, because Npgsql turns the first and last day into infinities.
        await using var command = new NpgsqlCommand(
            """
            SELECT journal_id, month::text, seq, chain_hash, dropped FROM public.audit_checkpoint
            ORDER BY month, journal_id
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var checkpoints = new List<StoredCheckpoint>();
        while (await reader.ReadAsync(cancellationToken))
        {
            checkpoints.Add(CheckpointColumns.Read(reader));
        }

        return checkpoints;
    }

    private static long ReadMicros(DbDataReader reader, int column) =>
        reader.GetFieldValue<long>(column) + PostgresRows.EpochMicros;

    internal static NpgsqlParameter Parameter(string name, object value) => value is PostgresTimestamp timestamp
        ? new NpgsqlParameter<long>(name, timestamp.Micros - PostgresRows.EpochMicros)
        {
            NpgsqlDbType = NpgsqlDbType.TimestampTz,
        }
        : new NpgsqlParameter(name, value);

    private async Task<T> Try<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step();
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new AuditReadException(Explain(exception), exception);
        }
    }

    private string Explain(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => string.Create(
            CultureInfo.InvariantCulture,
            $"PostgreSQL worked for {_timeout.TotalSeconds} s on one step and gave up: name a narrower time range."),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } =>
            "The audit schema is not in this database, or is older than this program: run `sentinel migrate`.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            "This database role may not read the audit: GRANT SELECT ON public.audit_log, public.audit_checkpoint.",
        PostgresException refusal => $"PostgreSQL: {refusal.SqlState} {refusal.MessageText}",
        { InnerException: { } inner } => $"PostgreSQL cannot be read: {exception.Message} ({inner.Message})",
        _ => $"PostgreSQL cannot be read: {exception.Message}",
    };
}
