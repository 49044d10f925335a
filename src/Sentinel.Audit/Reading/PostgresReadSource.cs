using System.Globalization;
using Npgsql;

namespace Sentinel.Audit.Reading;

/// <summary>Connections to PostgreSQL that can only read, and what their failures mean.</summary>
internal sealed class PostgresReadSource : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly TimeSpan _timeout;

    public PostgresReadSource(NpgsqlConnectionStringBuilder settings, TimeSpan timeout)
    {
        settings.Enlist = false;
        settings.IncludeErrorDetail = false;
        // The server's own limit comes first; this one is for a server that no longer answers. None is 0 here.
        settings.CommandTimeout = timeout > TimeSpan.Zero ? (int)timeout.TotalSeconds + 10 : 0;
        _source = NpgsqlDataSource.Create(settings);
        _timeout = timeout;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>
    /// A connection in a transaction that reads one state; its disposal rolls back, and with it goes a cursor.
    /// </summary>
    /// <param name="switchedOff">Settings of the planner that are off for this transaction.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<NpgsqlConnection> OpenAsync(
        IReadOnlyList<string> switchedOff,
        CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var begin = new NpgsqlBatch(connection);
            begin.BatchCommands.Add(new("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"));
            // No limit is -1 here and 0 there.
            var limit = Math.Max(0, (long)_timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            begin.BatchCommands.Add(Set("statement_timeout", limit));
            foreach (var setting in switchedOff)
            {
                begin.BatchCommands.Add(Set(setting, "off"));
            }

            await begin.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="AuditReadException">What went wrong, and what to do.</exception>
    public async Task<T> Try<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step();
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException
            && !cancellationToken.IsCancellationRequested)
        {
            throw IsAboutValue(exception)
                ? new AuditQueryException(Explain(exception))
                : new AuditReadException(Explain(exception), exception);
        }
    }

    private static NpgsqlBatchCommand Set(string setting, string value) =>
        new("SELECT pg_catalog.set_config(@setting, @value, true)")
        {
            Parameters =
            {
                new NpgsqlParameter<string>("setting", setting),
                new NpgsqlParameter<string>("value", value),
            },
        };

    // Class 22, data exceptions: rows are fit to be stored, so that it is what they are compared with.
    private static bool IsAboutValue(Exception exception) =>
        exception is PostgresException { SqlState: ['2', '2', ..] };

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
