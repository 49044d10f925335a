using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Journal;

/// <summary>What was written of one journal.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Rows">Rows that the store did not have.</param>
/// <param name="Crashed">Of them, calls that were open when their gateway ended.</param>
/// <param name="DamagedBytes">What was no sound record.</param>
/// <param name="MissingRows">Rows that are damaged, and of which nothing could be written.</param>
/// <param name="Fault">Why not all of it could be written; null where it could.</param>
public sealed record RecoveredJournalReport(
    string Path,
    long Rows,
    int Crashed,
    long DamagedBytes,
    long MissingRows,
    string? Fault = null);

/// <summary>Writes what journals without a gateway still hold, where no gateway takes them over.</summary>
public static class AbandonedJournals
{
    /// <summary>Writes one journal, or each in a folder of journals, to the store that the options choose.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">Which store, and how.</param>
    /// <param name="environment">Looks up a variable.</param>
    /// <param name="cancellationToken">Gives up; what is stored by then stays so, once.</param>
    /// <exception cref="AuditConfigurationException">There is no journal that can be taken, or no store.</exception>
    /// <exception cref="JournalRecoveryException">The store cannot be written.</exception>
    public static async Task<IReadOnlyList<RecoveredJournalReport>> RecoverAsync(
        string path,
        AuditOptions options,
        Func<string, string?> environment,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var meters = new UnreadMeters();
        using var counters = new AuditCounters(meters);
        var logging = NullLoggerFactory.Instance;
        var choice = StoreChoice.Decide(options, environment);
        if (choice.Kind is null)
        {
            throw new AuditConfigurationException(
                "There is no store to write to: set its URL, or choose another Audit.Store.");
        }

        await using var store = AuditServiceCollectionExtensions.CreateStore(
            TimeProvider.System, logging, choice, options, new AuditTimings());
        store.CheckConfiguration();
        try
        {
            await store.PrepareAsync(cancellationToken);
        }
        catch (AuditStoreException exception)
        {
            throw new JournalRecoveryException(
                $"{exception.Message}: nothing was written, and the journals are as they were. Try again once the "
                + "store can be reached.",
                exception);
        }

        IEnumerable<JournalFolder> none = [];
        var folders = JournalFolder.TryTake(path) is { } one
            ? [one]
            : Directory.Exists(path) ? JournalFolder.TakeFree(path) : none;
        var reports = new List<RecoveredJournalReport>();
        foreach (var folder in folders)
        {
            if (folder.IsEmpty)
            {
                reports.Add(new RecoveredJournalReport(folder.Path, 0, 0, 0, 0));
                folder.Dispose();
                continue;
            }

            var delivery = new BatchDelivery(
                store,
                new WriterSequence(folder.Id, "recover"),
                counters,
                new AuditHealth(true, store.Name),
                TimeProvider.System,
                logging.CreateLogger<AuditWriter>());
            var opening = AuditServiceCollectionExtensions.OpeningOf(
                options with { Guarantee = AuditGuarantee.Durable })!;
            var replay = new JournalReplay(
                folder, opening, delivery, counters, TimeProvider.System, logging.CreateLogger<AuditWriter>());
            try
            {
                var done = await replay.RunAsync(options.Batch.MaxRows, isToGo: false, cancellationToken);
                reports.Add(new RecoveredJournalReport(
                    folder.Path,
                    done.Rows,
                    done.Found.Crashed,
                    done.Found.DamagedBytes,
                    done.Found.MissingRows + done.Orphans));
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                reports.Add(new RecoveredJournalReport(folder.Path, 0, 0, 0, 0, exception.Message));
            }
            finally
            {
                folder.Dispose();
            }
        }

        return reports.Count > 0
            ? reports
            : throw new AuditConfigurationException(
                $"{path} is no journal that can be taken: it does not exist, a running gateway holds it, or it is "
                + "of another version.");
    }

    // A command ends before anyone could ask for its figures.
    private sealed class UnreadMeters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
