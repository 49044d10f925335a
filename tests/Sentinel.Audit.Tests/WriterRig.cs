using Sentinel.Audit.Journal;
using Sentinel.Audit.Stores;
using Sentinel.Tests.Shared;

namespace Sentinel.Audit.Tests;

/// <summary>A channel and a writer over a store, without a host.</summary>
internal sealed class WriterRig : IAsyncDisposable
{
    public WriterRig(
        IAuditStore store,
        TimeProvider? time = null,
        int capacity = 1024,
        AuditOptions.BatchOptions? batch = null,
        AuditTimings? timings = null,
        AuditGuarantee guarantee = AuditGuarantee.BestEffort,
        JournalOpening? journal = null,
        AuditArguments? arguments = null)
    {
        time ??= TimeProvider.System;
        Channel = new AuditChannel(
            capacity, new AuditCounters(Meters, time), new AuditHealth(true, store.Name), time, Log.For<AuditChannel>(),
            guarantee, arguments);
        Writer = new AuditWriter(
            Channel, store, batch ?? new(), "host:1", timings ?? new(), time, Log.For<AuditWriter>(),
            journal);
    }

    public LogSpy Log { get; } = new();

    public TestMeters Meters { get; } = new();

    public AuditChannel Channel { get; }

    public AuditWriter Writer { get; }

    public async Task<WriterRig> StartAsync()
    {
        await Writer.StartAsync(CancellationToken.None);
        return this;
    }

    public int WriteMany(int count, int firstNumber = 1) =>
        Enumerable.Range(firstNumber, count).Count(number => Channel.TryWrite(Some.Entry(number)));

    public Task WrittenAsync(long rows) =>
        Eventually.TrueAsync(() => Channel.Status.Written >= rows, $"{rows} rows are written, not {Channel.Status}");

    public async ValueTask DisposeAsync()
    {
        await Writer.StopAsync(CancellationToken.None);
        Writer.Dispose();
        Channel.Dispose();
        Meters.Dispose();
    }
}
