using Sentinel.Audit;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Recording;

/// <summary>A call of a session whose answer has not been seen. Guarded by its session's lock.</summary>
internal sealed class OpenCall(ToolCall call, McpExchange exchange)
{
    public ToolCall Call => call;

    /// <summary>Since the call arrived, in microseconds.</summary>
    public long ElapsedUs => exchange.ElapsedUs;

    /// <inheritdoc cref="McpExchange.BodyWaitUs"/>
    public long BodyWaitUs => exchange.BodyWaitUs;

    /// <summary>Its entry as it will be if no answer comes; null while its own response goes on.</summary>
    public AuditEntry? Entry { get; set; }

    /// <summary>How long it waits once no stream could bring its answer.</summary>
    public TimeSpan Wait { get; set; }

    /// <summary>When the wait began, as a timestamp of the clock.</summary>
    public long WaitsSince { get; set; }

    /// <summary>Ends the wait; null where the session's only stream does.</summary>
    public ITimer? Timer { get; set; }
}
