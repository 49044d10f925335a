using Microsoft.Extensions.Logging;
using Npgsql;
using Sentinel.Audit.Migrations;

namespace Sentinel.Audit.Stores;

/// <summary>Rows in PostgreSQL: one binary COPY and the checkpoints' move in one transaction.</summary>
/// <remarks>
/// Npgsql is given no cancellation token: cancelling makes it connect to the server once more, synchronously, and a
/// frozen server answers neither. An attempt that takes too long is left behind instead with its connection; should
/// it go on later, the writer's lock and the checkpoint make it either the batch's one success or nothing.
/// </remarks>
internal sealed partial class PostgresAuditStore : IAuditStore
{
    private static readonly TimeSpan SchemaRetry = TimeSpan.FromMinutes(1);

    private readonly NpgsqlDataSource _source;
    private readonly AuditTimings _timings;
    private readonly bool _migrate;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PostgresUpkeep _upkeep;
    private NpgsqlConnection? _connection;
    private CopyBuffer? _buffer;

    public PostgresAuditStore(
        NpgsqlConnectionStringBuilder settings,
        bool migrate,
        int retentionDays,
        AuditTimings timings,
        TimeProvider time,
        ILogger<PostgresAuditStore> logger)
    {
        settings.Enlist = false;
        settings.IncludeErrorDetail = false;
        settings.CancellationTimeout = -1;
        // Beyond an attempt's own limit: this one only ends what was left behind.
        settings.CommandTimeout = Math.Max(2, (int)(2 * timings.Attempt).TotalSeconds);
        _source = NpgsqlDataSource.Create(settings);
        _migrate = migrate;
        _timings = timings;
        _time = time;
        _logger = logger;
        _upkeep = new PostgresUpkeep(_source, retentionDays, timings, time, logger);
    }

    public string Name => "PostgreSQL";

    public void CheckConfiguration()
    {
    }

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PrepareSchemaAsync().WaitAsync(cancellationToken);
        }
        catch (SchemaException exception)
        {
            throw new AuditStoreException(StoreFailure.Temporary, exception.Message, exception)
            {
                RetryAfter = SchemaRetry,
            };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, no row is at fault yet: another migrator may just have been faster.
            var message = PostgresFailures.Translate(exception).Message;
            throw new AuditStoreException(StoreFailure.Temporary, message, exception);
        }

        await MaintainAsync(cancellationToken);
    }

    public async Task<IReadOnlyDictionary<DateOnly, Checkpoint>> ReadCheckpointsAsync(
        Guid writerId,
        CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<DateOnly, Checkpoint> stored = new Dictionary<DateOnly, Checkpoint>();
        await AttemptAsync(
            async (connection, _) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
                stored = await PostgresCheckpoints.LockAndReadAsync(connection, writerId);
            },
            cancellationToken);
        return stored;
    }

    public async Task<IReadOnlyCollection<Guid>> StoredAsync(
        IReadOnlyCollection<Guid> requestIds,
        CancellationToken cancellationToken)
    {
        var stored = new List<Guid>();
        await AttemptAsync(
            async (connection, _) =>
            {
                await using var command = new NpgsqlCommand(
                    "SELECT request_id FROM public.audit_log WHERE request_id = ANY ($1)", connection)
                {
                    Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = [.. requestIds] } },
                };
                await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
                while (await reader.ReadAsync(CancellationToken.None))
                {
                    stored.Add(reader.GetGuid(0));
                }
            },
            cancellationToken);
        return stored;
    }

    public Task AppendAsync(AuditBatch batch, CancellationToken cancellationToken) =>
        AttemptAsync((connection, attempt) => CopyAsync(connection, batch, attempt), cancellationToken);

    public Task MaintainAsync(CancellationToken cancellationToken) => _upkeep.RunAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Not awaited beyond the limit: closing writes to the server, which may be frozen.
        var closing = CloseAsync();
        await Task.WhenAny(closing, Task.Delay(TimeSpan.FromSeconds(1), _time, CancellationToken.None));
    }

    private async Task AttemptAsync(Func<NpgsqlConnection, Attempt, Task> work, CancellationToken cancellationToken)
    {
        var attempt = new Attempt();
        var task = OnConnectionAsync(work, attempt);
        try
        {
            await task.WaitAsync(_timings.Attempt, _time, cancellationToken);
        }
        catch (TimeoutException exception) when (!task.IsCompleted)
        {
            attempt.LeaveBehind(task);
            throw new AuditStoreException(
                StoreFailure.Temporary,
                $"PostgreSQL did not answer within {_timings.Attempt.TotalSeconds} s",
                exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            attempt.LeaveBehind(task);
            throw;
        }
        catch (Exception exception)
        {
            throw PostgresFailures.Translate(exception);
        }
    }

    private async Task OnConnectionAsync(Func<NpgsqlConnection, Attempt, Task> work, Attempt attempt)
    {
        // Taken out of the field: an attempt that is left behind keeps its connection to itself.
        var connection = Interlocked.Exchange(ref _connection, null);
        try
        {
            connection ??= await _source.OpenConnectionAsync(CancellationToken.None);
            await work(connection, attempt);
            if (!attempt.IsLeftBehind)
            {
                connection = Interlocked.Exchange(ref _connection, connection);
            }
        }
        finally
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private async Task CopyAsync(NpgsqlConnection connection, AuditBatch batch, Attempt attempt)
    {
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
        var stored = await PostgresCheckpoints.LockAndReadAsync(connection, batch.WriterId);
        if (Checkpoints.Holds(batch, stored))
        {
            return;
        }

        await SendAsync(connection, batch);
        await PostgresCheckpoints.MoveAsync(connection, batch);
        attempt.ThrowIfLeftBehind();

        // Sent only now that the server has said the checkpoint moved: a COMMIT is never on its way without that.
        await transaction.CommitAsync(CancellationToken.None);
    }

    // The format is written here and not by Npgsql's importer, which takes an await and a parameter for every field.
    private async Task SendAsync(NpgsqlConnection connection, AuditBatch batch)
    {
        // Taken out of the field, as the connection is: an attempt that is left behind may still be sending from it.
        var buffer = Interlocked.Exchange(ref _buffer, null) ?? new CopyBuffer();
        // Disposing ends the COPY and throws what the server has against it. An exception before that leaves a COPY
        // that ends early, in a transaction that nobody commits.
        await using (var copy = await connection.BeginRawBinaryCopyAsync(PostgresRows.CopySql, CancellationToken.None))
        {
            buffer.Header();
            for (var i = 0; i < batch.Rows.Length; i++)
            {
                PostgresRows.Write(buffer, batch, i);
                if (buffer.Length >= CopyBuffer.FlushBytes)
                {
                    await copy.WriteAsync(buffer.Written, CancellationToken.None);
                    buffer.Clear();
                }
            }

            buffer.Trailer();
            await copy.WriteAsync(buffer.Written, CancellationToken.None);
        }

        buffer.Clear();
        _buffer = buffer.IsLarge ? null : buffer;
    }

    private async Task PrepareSchemaAsync()
    {
        if (_migrate)
        {
            var result = await new MigrationRunner(_source, MigrationScripts.Embedded(), _time).RunAsync();
            if (result.Scripts.Count > 0)
            {
                LogMigrated(result.Version, string.Join(", ", result.Scripts));
            }
        }
        else
        {
            await SchemaVerifier.VerifyAsync(_source);
        }
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync();
        }

        await _source.DisposeAsync();
    }

    private sealed class Attempt
    {
        private volatile bool _leftBehind;

        public bool IsLeftBehind => _leftBehind;

        public void LeaveBehind(Task task)
        {
            _leftBehind = true;
            _ = task.ContinueWith(
                static failed => failed.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
        }

        public void ThrowIfLeftBehind()
        {
            if (_leftBehind)
            {
                throw new TimeoutException("The attempt was left behind.");
            }
        }
    }

    [LoggerMessage(3100, LogLevel.Information, "Audit schema brought up to {Version}: {Scripts}")]
    private partial void LogMigrated(string version, string scripts);
}
