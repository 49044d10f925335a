namespace Sentinel.Audit;

/// <summary>The audit options cannot work as written. The message says what to change, and holds no secret.</summary>
/// <remarks>Thrown by <c>AddSentinelAudit</c> or when the host starts; a host prints the message and exits.</remarks>
public sealed class AuditConfigurationException : Exception
{
    /// <summary>Says what to change.</summary>
    public AuditConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Says what to change, and what was caught.</summary>
    public AuditConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
