using Sentinel.Audit;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Recording;

/// <summary>Where every finished call ends: counted, and its entry on the way to the store.</summary>
internal sealed class CallRecorder(AuditChannel channel, CallMetrics metrics)
{
    /// <summary>Whether entries are wanted at all.</summary>
    public bool IsEnabled => channel.IsEnabled;

    /// <summary>Records a call before it is forwarded.</summary>
    public ValueTask<BegunEntry> BeginAsync(AuditEntry entry, bool isStrict) => channel.BeginAsync(entry, isStrict);

    /// <summary>Counts a call that leaves no row.</summary>
    public void Count(McpExchange exchange, ToolCall call, AuditOutcome outcome) => metrics.Count(
        exchange.Backend,
        call.ToolName,
        outcome,
        call.AnsweredUs ?? exchange.ElapsedUs,
        exchange.GatewayUs,
        exchange.FirstByteUs);

    /// <summary>Whether a finished call leaves a row: of reads what policy refused, and the rest if wanted.</summary>
    public bool Leaves(ToolCall call, AuditOutcome outcome, bool recordsReads) =>
        IsEnabled && (call.Kind == TargetKind.Tool || recordsReads || outcome == AuditOutcome.Denied);

    public void Record(AuditEntry entry)
    {
        if (entry.Method == McpMethods.ToolsCall)
        {
            metrics.Count(
                entry.BackendName,
                entry.ToolName,
                entry.Outcome,
                entry.LatencyUs,
                entry.GatewayUs,
                entry.FirstByteUs);
        }

        // False means dropped: the channel counts it and warns of it, and the call is not affected.
        channel.TryWrite(entry);
    }
}
