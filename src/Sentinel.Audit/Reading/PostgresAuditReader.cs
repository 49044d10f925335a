using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Reading;

/// <summary>Reads rows from PostgreSQL by a server-side cursor in a read-only transaction.</summary>
internal sealed class PostgresAuditReader(NpgsqlConnectionStringBuilder settings, TimeSpan timeout) : IAuditReader
{
    /// <summary>
    /// For a page: in the order of an index, so that rows come as they are found. A whole partition sorted first may
    /// look cheaper to the planner, and compiling what ends after fifty rows does not pay.
    /// </summary>
    public static readonly string[] PagePlanner = ["enable_seqscan", "jit"];

    private readonly PostgresReadSource _source = new(settings, timeout);

    public string Name => "PostgreSQL";

    public IAsyncEnumerable<StoredRow> ReadAsync(AuditQuery query, CancellationToken cancellationToken) => ReadAsync(
        AuditSql.From(query, SqlDialect.Postgres), query.Limit is null ? [] : PagePlanner, cancellationToken);

    public IAsyncEnumerable<StoredRow> ReadSpansAsync(
        IReadOnlyList<AuditSpan> spans,
        AuditQuery filter,
        CancellationToken cancellationToken) =>
        ReadAsync(SpanSql.From(spans, filter, SqlDialect.Postgres), SpanSql.Planner, cancellationToken);

    public async IAsyncEnumerable<StoredCheckpoint> ReadCheckpointsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The month as text, because Npgsql turns the first and last day into infinities.
        var sql = new AuditSql(
            """
            SELECT journal_id, month::text, seq, chain_hash, dropped FROM public.audit_checkpoint
            ORDER BY month, journal_id
            """,
            []);
        foreach (var checkpoint in await ListAsync(sql, CheckpointColumns.Read, cancellationToken))
        {
            yield return checkpoint;
        }
    }

    public async Task<AuditStatistics> ReadStatisticsAsync(
        AuditQuery query,
        AuditGrouping grouping,
        CancellationToken cancellationToken) => StatisticsColumns.Gather(await ListAsync(
            StatisticsSql.From(query, grouping, SqlDialect.Postgres), StatisticsColumns.Read, cancellationToken));

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async IAsyncEnumerable<StoredRow> ReadAsync(
        AuditSql sql,
        string[] switchedOff,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await _source.Try(
            () => _source.OpenAsync(switchedOff, cancellationToken), cancellationToken);
        await using var declare = Command($"DECLARE audit_rows NO SCROLL CURSOR FOR {sql.Text}", sql, connection);
        await _source.Try(() => declare.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

        // Taken whole before any of it is handed on: the server must not wait in the middle of a step for a consumer.
        var step = new FetchStep();
        List<StoredRow> rows;
        do
        {
            rows = await _source.Try(() => FetchAsync(connection, step.RowCount, cancellationToken), cancellationToken);
            foreach (var row in rows)
            {
                yield return row;
            }

            // Fewer than asked for: there are no more.
        }
        while (rows.Count == step.RowCount && step.Adapt(rows));
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
        return await ListAsync(fetch, reader => RowColumns.Read(reader, ReadMicros), cancellationToken);
    }

    private async Task<List<T>> ListAsync<T>(
        AuditSql sql,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken)
    {
        await using var connection = await _source.Try(
            () => _source.OpenAsync([], cancellationToken), cancellationToken);
        await using var command = Command(sql.Text, sql, connection);
        return await _source.Try(() => ListAsync(command, read, cancellationToken), cancellationToken);
    }

    private static async Task<List<T>> ListAsync<T>(
        NpgsqlCommand command,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        var list = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(read(reader));
        }

        return list;
    }

    private static NpgsqlCommand Command(string text, AuditSql sql, NpgsqlConnection connection)
    {
#pragma warning disable CA2100 // Made of constants; every value is a parameter.
        var command = new NpgsqlCommand(text, connection);
#pragma warning restore CA2100
        foreach (var (name, value) in sql.Values)
        {
            command.Parameters.Add(Parameter(name, value));
        }

        return command;
    }

    private static long ReadMicros(DbDataReader reader, int column) =>
        reader.GetFieldValue<long>(column) + PostgresRows.EpochMicros;

    internal static NpgsqlParameter Parameter(string name, object value) => value is PostgresTimestamp timestamp
        ? new NpgsqlParameter<long>(name, timestamp.Micros - PostgresRows.EpochMicros)
        {
            NpgsqlDbType = NpgsqlDbType.TimestampTz,
        }
        : new NpgsqlParameter(name, value);
}
