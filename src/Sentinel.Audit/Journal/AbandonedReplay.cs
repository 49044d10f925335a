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

    /// <summary>Ends when each has been written or has failed; one that fails is left as it is.</summary>
    public async Task RunAsync(int rowsMax, CancellationToken cancellationToken)
    {
        foreach (var folder in JournalFolder.TakeFree(opening.Root))
        {
            try
            {
                var replay = new JournalReplay(folder, opening, deliveryOf(folder.Id), counters, time, _logger);
                var replayed = await replay.RunAsync(rowsMax, cancellationToken);
                LogReplayed(folder.Path, replayed.Rows, replayed.Found.Crashed);
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
}
