using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Audit;
using Sentinel.Audit.Journal;
using Sentinel.Audit.Stores;
using Sentinel.Benchmarks.Copy;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Micro;

/// <summary>What one call costs on its way to the store, step by step: 400 bytes of arguments, most columns filled.</summary>
public class RecordingBenchmark
{
    private const int Rows = CopyRows.BatchRows;

    private readonly CopyBuffer _buffer = new();
    private readonly AuditArguments _arguments = new(new AuditOptions());
    private readonly WriterSequence _sequence = new(Guid.CreateVersion7(), "host:1");
    private TemporaryFolder _folder = null!;
    private AuditJournal _journal = null!;
    private AuditEntry[] _entries = [];
    private AuditRow[] _rows = [];
    private AuditBatch _batch = null!;
    private JournalReader _reader = null!;

    [GlobalSetup]
    public void Setup()
    {
        _folder = new TemporaryFolder();
        _journal = Journal("appended");
        _entries = [.. CopyRows.Batches(Rows).Single().Entries.Select(entry => _arguments.MakeStorable(entry))];
        _rows = Array.ConvertAll(_entries, AuditRow.From);
        _batch = _sequence.Number(_rows, dropped: 0);
        var read = Journal("read");
        foreach (var entry in _entries)
        {
            Append(read, entry);
        }

        _reader = new JournalReader(read, 0);
        Read = () =>
        {
            if (!_reader.TryReadRow(out var row, out _))
            {
                _reader = new JournalReader(read, 0);
                _reader.TryReadRow(out row, out _);
            }

            return row.Entry;
        };
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    [Benchmark(Description = "arguments made storable", OperationsPerInvoke = Rows)]
    public void MakeStorable()
    {
        foreach (var entry in _entries)
        {
            _arguments.MakeStorable(entry with { HasStorableArgs = false });
        }
    }

    [Benchmark(Description = "journal: Begin and End", OperationsPerInvoke = Rows)]
    public void AppendToJournal()
    {
        foreach (var entry in _entries)
        {
            Append(_journal, entry);
        }

        // As if the store had it at once, so that the journal does not fill.
        _journal.Stored(long.MaxValue);
    }

    [Benchmark(Description = "journal: one row read", OperationsPerInvoke = Rows)]
    public void ReadFromJournal()
    {
        for (var i = 0; i < Rows; i++)
        {
            Read();
        }
    }

    [Benchmark(Description = "row made", OperationsPerInvoke = Rows)]
    public object MakeRows() => Array.ConvertAll(_entries, AuditRow.From);

    [Benchmark(Description = "row numbered and linked", OperationsPerInvoke = Rows)]
    public object Link() => _sequence.Number(_rows, dropped: 0);

    [Benchmark(Description = "row encoded for COPY", OperationsPerInvoke = Rows)]
    public int Encode()
    {
        var bytes = 0;
        for (var i = 0; i < Rows; i++)
        {
            PostgresRows.Write(_buffer, _batch, i);
            bytes += _buffer.Length;
            _buffer.Clear();
        }

        return bytes;
    }

    private Func<AuditEntry> Read { get; set; } = null!;

    private static void Append(AuditJournal journal, AuditEntry entry)
    {
        var ticket = new JournalTicket(entry.RequestId);
        if (!journal.TryBegin(ticket, entry, isPatient: true))
        {
            throw new InvalidOperationException("The journal did not take it: " + journal.Fault);
        }

        journal.End(ticket, entry);
    }

    private AuditJournal Journal(string name) => AuditJournal.Open(
        JournalFolder.Take(_folder.File(name), TimeProvider.System),
        new JournalLimits(1L << 30, TimeSpan.Zero),
        new JournalDisk(),
        TimeProvider.System,
        NullLogger.Instance);
}
