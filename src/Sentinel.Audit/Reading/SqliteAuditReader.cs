using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sentinel.Audit.Reading;

/// <summary>Reads rows from the embedded store's file, which a gateway may be writing to.</summary>
internal sealed class SqliteAuditReader(string path) : IAuditReader
{
    private const int Interrupted = 9;

    public string Name => "SQLite";

    public IAsyncEnumerable<StoredRow> ReadAsync(AuditQuery query, CancellationToken cancellationToken) =>
        ReadAsync(AuditSql.From(query, SqlDialect.Sqlite), ReadRow, cancellationToken);

    public IAsyncEnumerable<StoredRow> ReadSpansAsync(
        IReadOnlyList<AuditSpan> spans,
        AuditQuery filter,
        CancellationToken cancellationToken) =>
        ReadAsync(SpanSql.From(spans, filter, SqlDialect.Sqlite), ReadRow, cancellationToken);

    public async Task<AuditStatistics> ReadStatisticsAsync(
        AuditQuery query,
        AuditGrouping grouping,
        CancellationToken cancellationToken)
    {
        var rows = new List<(bool, AuditFigures, long)>();
        var sql = StatisticsSql.From(query, grouping, SqlDialect.Sqlite);
        await foreach (var row in ReadAsync(sql, StatisticsColumns.Read, cancellationToken))
        {
            rows.Add(row);
        }

        return StatisticsColumns.Gather(rows);
    }

    public IAsyncEnumerable<StoredCheckpoint> ReadCheckpointsAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            new AuditSql(
                "SELECT journal_id, month, seq, chain_hash, dropped FROM audit_checkpoint ORDER BY month, journal_id",
                []),
            CheckpointColumns.Read,
            cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async IAsyncEnumerable<T> ReadAsync<T>(
        AuditSql sql,
        Func<DbDataReader, T> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var connection = Try(Open, cancellationToken);

        // SQLite's own way to stop a statement from another thread: the provider's commands cannot be cancelled.
        await using var interrupt = cancellationToken.UnsafeRegister(
            static handle => raw.sqlite3_interrupt((sqlite3)handle!), connection.Handle);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Made of constants; every value is a parameter.
        command.CommandText = sql.Text;
#pragma warning restore CA2100
        foreach (var (name, value) in sql.Values)
        {
            command.Parameters.AddWithValue("@" + name, value);
        }

        await using var reader = Try(command.ExecuteReader, cancellationToken);
        while (Try(reader.Read, cancellationToken))
        {
            yield return Try(() => read(reader), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private SqliteConnection Open()
    {
        if (!File.Exists(path))
        {
            throw new AuditReadException(
                $"There is no audit database at {Path.GetFullPath(path)}: nothing has been recorded there yet, or "
                + "Sentinel.Audit.Sqlite.Path is relative to another folder.");
        }

        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        };
        var connection = new SqliteConnection(settings.ToString());
        connection.Open();
        return connection;
    }

    private T Try<T>(Func<T> step, CancellationToken cancellationToken)
    {
        try
        {
            return step();
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == Interrupted)
        {
            throw new OperationCanceledException("The query was cancelled.", exception, cancellationToken);
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new AuditReadException($"The audit database {path} cannot be read: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is FormatException or InvalidCastException
            or InvalidOperationException)
        {
            // Any value fits into any column here; the gateway writes none that does not belong.
            throw new AuditReadException(
                $"The audit database {path} holds a value that no gateway writes: {exception.Message}", exception);
        }
    }

    private static StoredRow ReadRow(DbDataReader reader) => RowColumns.Read(reader, ReadMicros);

    private static long ReadMicros(DbDataReader reader, int column) =>
        DateTime.ParseExact(
            reader.GetString(column),
            "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None).Ticks / TimeSpan.TicksPerMicrosecond;
}
