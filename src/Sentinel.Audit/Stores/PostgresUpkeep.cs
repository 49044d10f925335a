using Microsoft.Extensions.Logging;
using Npgsql;

namespace Sentinel.Audit.Stores;

/// <summary>Has the database make partitions ahead and drop old ones, hourly; a minute after a failure.</summary>
internal sealed partial class PostgresUpkeep(
    NpgsqlDataSource source,
    int retentionDays,
    AuditTimings timings,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = logger;
    private long _doneAt;
    private bool _failed;
    private bool _mayNotEnsure;
    private bool _mayNotDrop = retentionDays == 0;

    /// <summary>Does what is due. Failures are logged; what is not allowed is not tried again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_doneAt != 0 && time.GetElapsedTime(_doneAt) < (_failed ? Retry : timings.Upkeep))
        {
            return;
        }

        _doneAt = time.GetTimestamp();
        _failed = false;
        if (!_mayNotEnsure)
        {
            _mayNotEnsure = await IsForbiddenAsync(
                "SELECT * FROM public.ensure_audit_partitions()", LogPartitionsMade, LogUpkeepFailed,
                LogUpkeepForbidden, cancellationToken);
        }

        if (!_mayNotDrop)
        {
            _mayNotDrop = await IsForbiddenAsync(
                "SELECT * FROM public.drop_audit_partitions($1)", LogPartitionsDropped, LogRetentionFailed,
                LogRetentionForbidden, cancellationToken, retentionDays);
        }
    }

    private async Task<bool> IsForbiddenAsync(
        string sql,
        Action<string> logDone,
        Action<string> logFailed,
        Action<string> logForbidden,
        CancellationToken cancellationToken,
        params object[] parameters)
    {
        try
        {
            var names = await NamesAsync(sql, parameters).WaitAsync(timings.Attempt, time, cancellationToken);
            if (names.Count > 0)
            {
                logDone(string.Join(", ", names));
            }
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.InsufficientPrivilege
            or PostgresErrorCodes.UndefinedFunction)
        {
            logForbidden(exception.MessageText);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _failed = true;
            logFailed(exception.Message);
        }

        return false;
    }

    private async Task<List<string>> NamesAsync(string sql, object[] parameters)
    {
#pragma warning disable CA2100 // Constants of this class.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        var names = new List<string>();
        while (await reader.ReadAsync(CancellationToken.None))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    [LoggerMessage(3101, LogLevel.Information, "Audit partitions made: {Partitions}")]
    private partial void LogPartitionsMade(string partitions);

    [LoggerMessage(
        3102,
        LogLevel.Warning,
        "Audit partitions are not made ahead: {Error}. Rows go to existing partitions or to audit_log_default; "
        + "the next try is in a minute.")]
    private partial void LogUpkeepFailed(string error);

    [LoggerMessage(
        3103,
        LogLevel.Warning,
        "Audit partitions are left to the DBA: {Error}. Grant EXECUTE on public.ensure_audit_partitions, or call it "
        + "from a scheduled job; until then rows without a partition go to audit_log_default.")]
    private partial void LogUpkeepForbidden(string error);

    [LoggerMessage(3300, LogLevel.Information, "Audit partitions dropped, by Audit.RetentionDays: {Partitions}")]
    private partial void LogPartitionsDropped(string partitions);

    [LoggerMessage(
        3301,
        LogLevel.Warning,
        "Old audit partitions are not dropped: {Error}. They stay until a later try; the next is in a minute.")]
    private partial void LogRetentionFailed(string error);

    [LoggerMessage(
        3302,
        LogLevel.Warning,
        "Old audit partitions are left to the DBA: {Error}. Grant EXECUTE on public.drop_audit_partitions, or call "
        + "it from a scheduled job; until then nothing is dropped, whatever Audit.RetentionDays says.")]
    private partial void LogRetentionForbidden(string error);
}
