using Microsoft.Extensions.Logging;

namespace Sentinel.Audit.Journal;

/// <summary>Writes what journals beside this process's own still hold, one after the other.</summary>
internal sealed partial class AbandonedReplay(
    JournalOpening opening,
    Func<Guid, BatchDelivery> deliveryOf,
    AuditCounters counters,
    TimeProvider time,
    ILogger logger)
{
    private readonly ILogger _logger = logger;
    private readonly Queue<(string Path, long At)> _written = new();

    /// <summary>Ends when each has been written or has failed; one that fails is left as it is.</summary>
    public async Task RunAsync(int rowsMax, CancellationToken cancellationToken)
    {
        foreach (var folder in JournalFolder.TakeFree(opening.Root))
        {
            await WriteAsync(folder, rowsMax, isToGo: false, cancellationToken);
        }
    }

    /// <summary>
    /// Removes journals that the store has had for as long as segments are kept. A standby that took over meanwhile is
    /// given what it lacks, and then as much time again.
    /// </summary>
    public async Task RemoveAsync(int rowsMax, CancellationToken cancellationToken)
    {
        while (_written.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= opening.Limits.Keep)
        {
            _written.Dequeue();
            // A gateway that started meanwhile may have made it its own.
            if (JournalFolder.TryTake(oldest.Path) is not { } folder)
            {
                continue;
            }

            if (!folder.IsEmpty)
            {
                await WriteAsync(folder, rowsMax, isToGo: true, cancellationToken);
                continue;
            }

            folder.TryRemove();
            folder.Dispose();
        }
    }

    private async Task WriteAsync(JournalFolder folder, int rowsMax, bool isToGo, CancellationToken cancellationToken)
    {
        try
        {
            var replay = new JournalReplay(folder, opening, deliveryOf(folder.Id), counters, time, _logger);
            var replayed = await replay.RunAsync(rowsMax, isToGo, cancellationToken);
            if (isToGo && replayed is { Rows: 0, IsWhole: true })
            {
                LogRemoved(folder.Path);
                return;
            }

            LogReplayed(folder.Path, replayed.Rows, replayed.Found.Crashed);
            var missing = replayed.Found.MissingRows + replayed.Orphans;
            if (missing > 0)
            {
                LogDamaged(folder.Path, replayed.Found.DamagedBytes, missing);
                return;
            }

            _written.Enqueue((folder.Path, time.GetTimestamp()));
        }
        // Whatever is wrong with one that nobody writes any more, this gateway's own rows must not wait for it.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(folder.Path, exception.Message);
        }
        finally
        {
            folder.Dispose();
        }
    }

    [LoggerMessage(
        3205,
        LogLevel.Information,
        "The abandoned audit journal {Path} is in the store: {Rows} rows written, {Crashed} of them gateway_crashed.")]
    private partial void LogReplayed(string path, long rows, int crashed);

    [LoggerMessage(
        3208,
        LogLevel.Error,
        "The abandoned audit journal {Path} could not be written to the store: {Error} It stays as it is and is tried "
        + "again at the next start; `sentinel audit recover` tries it at once.")]
    private partial void LogFailed(string path, string error);

    [LoggerMessage(
        3209, LogLevel.Information, "The abandoned audit journal {Path} is removed: the store has all of it.")]
    private partial void LogRemoved(string path);

    [LoggerMessage(
        3211,
        LogLevel.Error,
        "The abandoned audit journal {Path} has {Bytes} damaged bytes, and {Rows} rows are missing in it; all others "
        + "are in the store. It stays, to be looked at; remove it by hand.")]
    private partial void LogDamaged(string path, long bytes, long rows);
}
