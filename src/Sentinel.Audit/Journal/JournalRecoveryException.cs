namespace Sentinel.Audit.Journal;

/// <summary>No journal could be written to the store. The message says what to do, and holds no secret.</summary>
public sealed class JournalRecoveryException : Exception
{
    /// <summary>Says what to do, and what was caught.</summary>
    public JournalRecoveryException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
