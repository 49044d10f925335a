using Microsoft.Extensions.Logging;

namespace Sentinel.Audit.Journal;

/// <summary>How this process gets its journal.</summary>
/// <param name="root">The folder of journals.</param>
/// <param name="limits">Its bounds.</param>
/// <param name="isRequired">Whether the gateway must not start without one.</param>
internal sealed partial class JournalOpening(string root, JournalLimits limits, bool isRequired)
{
    public string Root => root;

    public JournalLimits Limits => limits;

    public bool IsRequired => isRequired;

    public JournalDisk Disk { get; init; } = new();

    /// <returns>Null where there can be none; calls then go by the channel alone, each counted.</returns>
    /// <exception cref="AuditConfigurationException">There can be none, and it is required.</exception>
    public AuditJournal? Open(TimeProvider time, ILogger logger)
    {
        JournalFolder? folder = null;
        try
        {
            folder = JournalFolder.Take(Root, time);
            var journal = AuditJournal.Open(folder, Limits, Disk, time, logger);
            NameOthers(logger);
            return journal;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            folder?.Dispose();
            if (IsRequired)
            {
                throw new AuditConfigurationException(
                    $"The audit journal in {Root} cannot be used: {exception.Message} Make the folder writable, or "
                    + "name another in Sentinel.Audit.Journal.Path; without a journal nothing can be Strict.",
                    exception);
            }

            LogUnusable(logger, Root, exception.Message);
            return null;
        }
    }

    // Their rows are in no store, perhaps, and nobody would miss them.
    private void NameOthers(ILogger logger)
    {
        try
        {
            foreach (var path in JournalFolder.OfOtherVersions(Root))
            {
                LogOtherVersion(logger, path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another gateway removes segments meanwhile; what is said here is for people only.
        }
    }

    [LoggerMessage(
        3206,
        LogLevel.Error,
        "The audit journal in {Root} cannot be used: {Error} Calls go by the channel alone until the next start, and "
        + "are counted as unjournaled. Make the folder writable, or name another in Audit.Journal.Path.")]
    private static partial void LogUnusable(ILogger logger, string root, string error);

    [LoggerMessage(
        3210,
        LogLevel.Error,
        "The audit journal {Path} is of another version of Sentinel and is left as it is; rows in it may be missing in "
        + "the store. Write them with that version: `sentinel audit recover`, or start it once in the same folder.")]
    private static partial void LogOtherVersion(ILogger logger, string path);
}
