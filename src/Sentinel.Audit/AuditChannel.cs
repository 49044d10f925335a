using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Sentinel.Audit;

/// <summary>The bounded queue between calls and the writer. Writing to it never blocks, waits or logs.</summary>
public sealed partial class AuditChannel : IDisposable
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromSeconds(1);

    private readonly Channel<AuditEntry> _channel;
    private readonly ILogger _logger;
    private readonly ITimer? _warnings;
    private readonly int _capacity;
    private long _warnedDrops;

    internal AuditChannel(
        int capacity,
        AuditCounters counters,
        AuditHealth health,
        TimeProvider time,
        ILogger<AuditChannel> logger)
    {
        _capacity = capacity;
        _logger = logger;
        Counters = counters;
        Health = health;
        // Wait mode makes TryWrite say false when full; every Drop mode says true and loses an entry.
        _channel = Channel.CreateBounded<AuditEntry>(new BoundedChannelOptions(capacity)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
        if (health.Enabled)
        {
            _warnings = time.CreateTimer(_ => WarnOfDrops(), null, WarningInterval, WarningInterval);
        }
    }

    /// <summary>Whether calls are recorded. False: a caller need not build entries.</summary>
    public bool IsEnabled => Health.Enabled;

    /// <summary>How recording stands now. Safe to read from any thread.</summary>
    public AuditStatus Status => Health.Read(Counters);

    internal ChannelReader<AuditEntry> Reader => _channel.Reader;

    internal AuditCounters Counters { get; }

    internal AuditHealth Health { get; }

    /// <summary>Hands an entry to the writer.</summary>
    /// <returns>
    /// False when the channel is full or closed, and the entry is dropped and counted; or when recording is off.
    /// </returns>
    public bool TryWrite(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!IsEnabled)
        {
            return false;
        }

        if (_channel.Writer.TryWrite(entry))
        {
            Counters.Enqueued();
            return true;
        }

        Counters.Refused();
        return false;
    }

    /// <summary>Stops the warnings of dropped entries, after a last one where it is due.</summary>
    public void Dispose()
    {
        _warnings?.Dispose();
        WarnOfDrops();
    }

    /// <summary>Takes no more entries; what is in it can still be read.</summary>
    internal void Close() => _channel.Writer.TryComplete();

    private void WarnOfDrops()
    {
        var dropped = Counters.Dropped;
        var fresh = dropped - Interlocked.Exchange(ref _warnedDrops, dropped);
        if (fresh > 0)
        {
            LogDropped(_logger, fresh, _capacity);
        }
    }

    [LoggerMessage(
        3000,
        LogLevel.Warning,
        "{Dropped} audit entries dropped: the channel of {Capacity} was full or closed, or the store refused them. "
        + "Look for the store's own warning; if there is none, raise Audit.Channel.Capacity.")]
    private static partial void LogDropped(ILogger logger, long dropped, int capacity);
}
