using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sentinel.Audit.Journal;

namespace Sentinel.Audit;

/// <summary>The bounded queue between calls and the writer. Writing to it never blocks, waits or logs.</summary>
public sealed partial class AuditChannel : IDisposable
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromSeconds(1);

    private readonly Channel<QueuedEntry> _channel;
    private readonly ILogger _logger;
    private readonly ITimer? _warnings;
    private readonly int _capacity;
    private readonly AuditGuarantee _guarantee;
    private readonly AuditArguments _arguments;
    private AuditJournal? _journal;
    private long _warnedDrops;
    private long _warnedUnjournaled;

    internal AuditChannel(
        int capacity,
        AuditCounters counters,
        AuditHealth health,
        TimeProvider time,
        ILogger<AuditChannel> logger,
        AuditGuarantee guarantee = AuditGuarantee.BestEffort,
        AuditArguments? arguments = null)
    {
        _arguments = arguments ?? new AuditArguments(new AuditOptions());
        _guarantee = guarantee;
        _capacity = capacity;
        _logger = logger;
        Counters = counters;
        Health = health;
        counters.Status = () => Status;
        // Wait mode makes TryWrite say false when full; every Drop mode says true and loses an entry.
        _channel = Channel.CreateBounded<QueuedEntry>(new BoundedChannelOptions(capacity)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
        if (health.Enabled)
        {
            _warnings = time.CreateTimer(_ => Warn(), null, WarningInterval, WarningInterval);
        }
    }

    /// <summary>Whether calls are recorded. False: a caller need not build entries.</summary>
    public bool IsEnabled => Health.Enabled;

    /// <summary>How recording stands now. Safe to read from any thread.</summary>
    public AuditStatus Status
    {
        get
        {
            var status = Health.Read(Counters);
            return _guarantee == AuditGuarantee.Strict && status.JournalFault is not null
                ? status with { RefusesCalls = true }
                : status;
        }
    }

    internal ChannelReader<QueuedEntry> Reader => _channel.Reader;

    internal AuditCounters Counters { get; }

    internal AuditHealth Health { get; }

    /// <summary>
    /// Records a call before it is forwarded, as far as the guarantee asks for it; where it must be on the disk first,
    /// waits for that.
    /// </summary>
    /// <param name="entry">Everything but the outcome; what it says of that is not looked at.</param>
    /// <param name="isStrict">Whether this call is Strict whatever the guarantee says.</param>
    /// <returns>The entry to give its outcome and to write, and whether the call may be forwarded.</returns>
    public ValueTask<BegunEntry> BeginAsync(AuditEntry entry, bool isStrict = false)
    {
        ArgumentNullException.ThrowIfNull(entry);
        isStrict |= _guarantee == AuditGuarantee.Strict;
        if (!IsEnabled || (_guarantee == AuditGuarantee.BestEffort && !isStrict))
        {
            return ValueTask.FromResult(new BegunEntry(entry, MayForward: true));
        }

        var ticket = new JournalTicket(entry.RequestId);
        var begun = _arguments.MakeStorable(entry, ticket);
        if (_journal is not { } journal || !journal.TryBegin(ticket, begun, isStrict))
        {
            Counters.UnjournaledOne();
            return ValueTask.FromResult(new BegunEntry(begun, MayForward: !isStrict));
        }

        Counters.JournaledOne();
        return isStrict
            ? FlushAsync(journal, ticket, begun)
            : ValueTask.FromResult(new BegunEntry(begun, MayForward: true));
    }

    /// <summary>Hands an entry to the writer.</summary>
    /// <returns>
    /// False when the channel is full or closed and no journal has the entry: it is dropped and counted; or when
    /// recording is off.
    /// </returns>
    public bool TryWrite(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!IsEnabled)
        {
            return false;
        }

        if (entry.Ticket is { Begin: not 0 } ticket)
        {
            _journal!.End(ticket, entry);
            return true;
        }

        if (_guarantee != AuditGuarantee.BestEffort || entry.Ticket is not null)
        {
            entry = _arguments.MakeStorable(entry);
            var isJournaled = _journal is { } journal && journal.TryWhole(entry);
            if (entry.Ticket is null)
            {
                CountJournaled(isJournaled);
            }

            if (isJournaled)
            {
                return true;
            }
        }

        if (_channel.Writer.TryWrite(new QueuedEntry(entry, 0, 0)))
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
        Warn();
    }

    /// <summary>Takes no more entries; what is in it can still be read.</summary>
    internal void Close() => _channel.Writer.TryComplete();

    /// <summary>Has calls journaled from here on.</summary>
    internal void Use(AuditJournal journal)
    {
        // What the channel does not take, the writer finds in the journal.
        journal.HandOver = row =>
        {
            Counters.Enqueued();
            _channel.Writer.TryWrite(row);
        };
        _journal = journal;
        Counters.JournalBytesBehind = () => journal.BytesBehind;
        Counters.JournalBytes = () => journal.BytesOnDisk;
        Counters.JournalBytesMax = journal.BytesMax;
        Health.JournalFault = () => journal.Fault;
    }

    /// <inheritdoc cref="AuditArguments.MakeStorable"/>
    internal AuditEntry MakeStorable(AuditEntry entry) => _arguments.MakeStorable(entry);

    private static async ValueTask<BegunEntry> FlushAsync(
        AuditJournal journal, JournalTicket ticket, AuditEntry begun) =>
        new(begun, await journal.FlushAsync(ticket));

    private void CountJournaled(bool isJournaled)
    {
        if (isJournaled)
        {
            Counters.JournaledOne();
        }
        else
        {
            Counters.UnjournaledOne();
        }
    }

    private void Warn()
    {
        var dropped = Counters.Dropped;
        var freshDrops = dropped - Interlocked.Exchange(ref _warnedDrops, dropped);
        if (freshDrops > 0)
        {
            LogDropped(_logger, freshDrops, _capacity);
        }

        var unjournaled = Counters.Unjournaled;
        var freshUnjournaled = unjournaled - Interlocked.Exchange(ref _warnedUnjournaled, unjournaled);
        if (freshUnjournaled > 0)
        {
            LogUnjournaled(_logger, freshUnjournaled, Health.JournalFault() ?? "it was busy");
        }
    }

    [LoggerMessage(
        3201,
        LogLevel.Warning,
        "{Calls} calls are not in the audit journal: {Fault}. They go by the channel alone, where a killed process "
        + "or a full channel loses them; Strict ones are refused. Give the journal's disk room, or raise "
        + "Audit.Journal.MaxBytes.")]
    private static partial void LogUnjournaled(ILogger logger, long calls, string fault);

    [LoggerMessage(
        3000,
        LogLevel.Warning,
        "{Dropped} audit entries dropped: the channel of {Capacity} was full or closed, or the store refused them. "
        + "Look for the store's own warning; if there is none, raise Audit.Channel.Capacity.")]
    private static partial void LogDropped(ILogger logger, long dropped, int capacity);
}
