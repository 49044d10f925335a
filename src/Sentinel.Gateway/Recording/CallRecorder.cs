using Sentinel.Audit;

namespace Sentinel.Gateway.Recording;

/// <summary>Where every finished call ends: counted, and its entry on the way to the store.</summary>
internal sealed class CallRecorder(AuditChannel channel, CallMetrics metrics)
{
    /// <summary>Whether entries are wanted at all.</summary>
    public bool IsEnabled => channel.IsEnabled;

    /// <summary>Records a call before it is forwarded.</summary>
    public ValueTask<BegunEntry> BeginAsync(AuditEntry entry, bool isStrict) => channel.BeginAsync(entry, isStrict);

    public void Count(string backend, AuditOutcome outcome) => metrics.Count(backend, outcome);

    public void Record(AuditEntry entry)
    {
        metrics.Count(entry.BackendName, entry.Outcome);

        // False means dropped: the channel counts it and warns of it, and the call is not affected.
        channel.TryWrite(entry);
    }
}
