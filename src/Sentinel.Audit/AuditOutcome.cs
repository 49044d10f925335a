namespace Sentinel.Audit;

/// <summary>What became of a call: <c>response_status</c> of its row.</summary>
public enum AuditOutcome
{
    /// <summary>The answer was seen and reports no error.</summary>
    Success,

    /// <summary>A protocol error, a tool error, or no answer.</summary>
    Error,

    /// <summary>Refused by policy; nothing was forwarded.</summary>
    Denied,
}
