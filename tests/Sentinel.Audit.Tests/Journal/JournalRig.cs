using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using Sentinel.Audit.Journal;

namespace Sentinel.Audit.Tests.Journal;

/// <summary>A folder of journals, and runs that end well or are cut off where they stand.</summary>
internal sealed class JournalRig : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sentinel-journal-").FullName;

    public string Root => _root;

    public JournalLimits Limits { get; set; } = new(4 * 1024 * 1024, TimeSpan.FromSeconds(600));

    public FailingDisk Disk { get; } = new();

    public AuditJournal Open() => AuditJournal.Open(
        JournalFolder.Take(_root, TimeProvider.System), Limits, Disk, TimeProvider.System, NullLogger.Instance);

    /// <summary>As after a kill: only what is in the files counts, and nobody holds the lock any more.</summary>
    public JournalRig Copy()
    {
        var copy = new JournalRig { Limits = Limits };
        foreach (var file in Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy.Root, Path.GetRelativePath(_root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    public IReadOnlyList<string> Segments => [.. Directory.EnumerateFiles(_root, "*.journal", SearchOption.AllDirectories).Order()];

    /// <summary>Every row from the start, by request id and reason.</summary>
    public (RecoveredJournal Found, IReadOnlyList<AuditEntry> Rows) Recover()
    {
        using var journal = Open();
        var found = new JournalRecovery(journal).End(new HashSet<Guid>());
        return (found, ReadAll(journal));
    }

    public static IReadOnlyList<AuditEntry> ReadAll(AuditJournal journal, long position = 0)
    {
        var rows = new List<AuditEntry>();
        var reader = new JournalReader(journal, position);
        while (reader.TryReadRow(out var row, out _))
        {
            rows.Add(row.Entry);
        }

        return rows;
    }

    public static JournalTicket? Begin(AuditJournal journal, AuditEntry entry)
    {
        var ticket = new JournalTicket(entry.RequestId);
        return journal.TryBegin(ticket, entry, isPatient: false) ? ticket : null;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}

/// <summary>A disk that fails as it is told to.</summary>
internal sealed class FailingDisk : JournalDisk
{
    public string? WriteFault { get; set; }

    public string? FlushFault { get; set; }

    /// <summary>Whether only the next flush fails.</summary>
    public bool FailsOnce { get; set; }

    public string? CreateFault { get; set; }

    /// <summary>Holds every flush for as long as it is not set.</summary>
    public ManualResetEventSlim FlushGate { get; } = new(initialState: true);

    public int Flushes { get; private set; }

    public override SafeFileHandle Create(string path, long bytes) =>
        CreateFault is { } fault ? throw new IOException(fault) : base.Create(path, bytes);

    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (WriteFault is { } fault)
        {
            // As a full disk does: a part of it is there.
            base.Write(file, bytes[..(bytes.Length / 2)], offset);
            throw new IOException(fault);
        }

        base.Write(file, bytes, offset);
    }

    public override void Flush(SafeFileHandle file)
    {
        Flushes++;
        FlushGate.Wait();
        if (FlushFault is { } fault)
        {
            FlushFault = FailsOnce ? null : fault;
            throw new IOException(fault);
        }
    }
}
