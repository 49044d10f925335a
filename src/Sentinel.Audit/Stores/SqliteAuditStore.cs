using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Sentinel.Audit.Stores;

/// <summary>Rows in a file beside the gateway: the same tables and columns, no partitions.</summary>
/// <remarks>
/// SQLite has no asynchronous calls; the writer's loop may block for the milliseconds that one takes.
/// </remarks>
internal sealed partial class SqliteAuditStore(
    string path,
    int retentionDays,
    TimeProvider time,
    ILogger<SqliteAuditStore> logger)
    : IAuditStore
{
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromHours(1);

    private const int BusySeconds = 5;

    private readonly ILogger _logger = logger;
    private SqliteConnection? _connection;
    private long _upkeptAt;

    public string Name => "SQLite";

    public void CheckConfiguration()
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path));
            Directory.CreateDirectory(folder!);
            _connection = Open();
            LogOpened(Path.GetFullPath(path));
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException
            or ArgumentException or NotSupportedException)
        {
            throw new AuditConfigurationException(
                $"The audit database {path} cannot be opened or created: {exception.Message} Make its folder "
                + "writable, name another file in Sentinel.Audit.Sqlite.Path, or choose another Audit.Store.",
                exception);
        }
    }

    public Task PrepareAsync(CancellationToken cancellationToken) => MaintainAsync(cancellationToken);

    public Task<IReadOnlyDictionary<DateOnly, Checkpoint>> ReadCheckpointsAsync(
        Guid writerId,
        CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<DateOnly, Checkpoint> stored = new Dictionary<DateOnly, Checkpoint>();
        OnConnection(connection => stored = SqliteCheckpoints.Read(connection, null, writerId));
        return Task.FromResult(stored);
    }

    public Task<IReadOnlyCollection<Guid>> StoredAsync(
        IReadOnlyCollection<Guid> requestIds,
        CancellationToken cancellationToken)
    {
        IReadOnlyCollection<Guid> stored = [];
        OnConnection(connection => stored = SqliteRows.Stored(connection, requestIds));
        return Task.FromResult(stored);
    }

    public Task AppendAsync(AuditBatch batch, CancellationToken cancellationToken)
    {
        OnConnection(connection => Append(connection, batch));
        return Task.CompletedTask;
    }

    public Task MaintainAsync(CancellationToken cancellationToken)
    {
        if (retentionDays == 0 || (_upkeptAt != 0 && time.GetElapsedTime(_upkeptAt) < UpkeepInterval))
        {
            return Task.CompletedTask;
        }

        try
        {
            var month = "";
            var rows = 0;
            OnConnection(connection =>
                (month, rows) = SqliteRetention.DropOneMonth(connection, time.GetUtcNow(), retentionDays));
            // One month at a time: the writer's turn comes in between.
            _upkeptAt = rows == 0 ? time.GetTimestamp() : 0;
            if (rows > 0)
            {
                LogMonthDropped(month, rows);
            }
        }
        catch (AuditStoreException exception)
        {
            _upkeptAt = time.GetTimestamp();
            LogRetentionFailed(exception.Message);
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        _connection = null;
        return ValueTask.CompletedTask;
    }

    private void OnConnection(Action<SqliteConnection> work)
    {
        try
        {
            _connection ??= Open();
            work(_connection);
        }
        catch (Exception exception)
        {
            // A failed COMMIT may leave its transaction open; a new connection starts from what the file holds.
            _connection?.Dispose();
            _connection = null;
            throw Translate(exception);
        }
    }

    private SqliteConnection Open()
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout = {BusySeconds * 1000}");
            Execute(connection, "PRAGMA journal_mode = WAL");
            Execute(connection, "PRAGMA synchronous = NORMAL");
            SqliteSchema.BringUpToDate(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Append(SqliteConnection connection, AuditBatch batch)
    {
        // Not deferred: the lock is taken before the checkpoint is read, so that it cannot move in between.
        using var transaction = connection.BeginTransaction(deferred: false);
        if (Checkpoints.Holds(batch, SqliteCheckpoints.Read(connection, transaction, batch.WriterId)))
        {
            return;
        }

        var now = time.GetUtcNow().UtcDateTime;
        using (var insert = new SqliteRows(connection, transaction))
        {
            for (var i = 0; i < batch.Rows.Length; i++)
            {
                insert.Write(batch, i, now);
            }
        }

        SqliteCheckpoints.Move(connection, transaction, batch, now);
        transaction.Commit();
    }

    private static AuditStoreException Translate(Exception exception) => exception switch
    {
        AuditStoreException known => known,
        SqliteException { SqliteErrorCode: 18 or 19 or 20 } refusal =>
            new(StoreFailure.Content, $"SQLite refused a value ({refusal.SqliteExtendedErrorCode})", exception),
        SqliteException or IOException or UnauthorizedAccessException or AuditConfigurationException =>
            new(StoreFailure.Temporary, "SQLite: " + exception.Message, exception),
        _ => new(StoreFailure.Content, $"A row could not be stored ({exception.GetType().Name})", exception),
    };

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    [LoggerMessage(3110, LogLevel.Information, "Audit rows are kept in {Path}.")]
    private partial void LogOpened(string path);

    [LoggerMessage(3310, LogLevel.Information, "Audit rows of {Month} deleted, by Audit.RetentionDays: {Rows}")]
    private partial void LogMonthDropped(string month, int rows);

    [LoggerMessage(
        3311,
        LogLevel.Warning,
        "Old audit rows are not deleted: {Error}. They stay until a later try; the next is in an hour.")]
    private partial void LogRetentionFailed(string error);
}
