namespace Sentinel.Audit.Reading;

/// <summary>The store could not be read, or not as asked. The message says what to do, and holds no secret.</summary>
public class AuditReadException : Exception
{
    /// <summary>Says what to do, and what was caught.</summary>
    public AuditReadException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The query cannot be asked at all; the message says how to write it.</summary>
public sealed class AuditQueryException(string message) : AuditReadException(message);
