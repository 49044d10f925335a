using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Tests;

/// <summary>A store in memory that fails as it is told to.</summary>
internal sealed class FakeStore : IAuditStore
{
    private readonly Lock _lock = new();
    private readonly List<AuditBatch> _batches = [];

    public string Name => "Fake";

    /// <summary>Called before each batch is taken; throws to refuse it.</summary>
    public Func<AuditBatch, CancellationToken, Task> OnAppend { get; set; } = (_, _) => Task.CompletedTask;

    public Func<CancellationToken, Task> OnPrepare { get; set; } = _ => Task.CompletedTask;

    public bool IsDisposed { get; private set; }

    public int Attempts { get; private set; }

    public IReadOnlyList<AuditBatch> Batches
    {
        get
        {
            lock (_lock)
            {
                return [.. _batches];
            }
        }
    }

    public IReadOnlyList<AuditRow> Rows => [.. Batches.SelectMany(batch => batch.Rows.ToArray())];

    public static AuditStoreException Temporary() => new(StoreFailure.Temporary, "away");

    public static AuditStoreException Content() => new(StoreFailure.Content, "no");

    public void CheckConfiguration()
    {
    }

    public Task PrepareAsync(CancellationToken cancellationToken) => OnPrepare(cancellationToken);

    public Func<IReadOnlyDictionary<DateOnly, Checkpoint>> OnReadCheckpoints { get; set; } =
        () => new Dictionary<DateOnly, Checkpoint>();

    /// <summary>Whether it knows how far each writer has come; else it says what it is told to.</summary>
    public bool KeepsCheckpoints { get; init; }

    public Task<IReadOnlyDictionary<DateOnly, Checkpoint>> ReadCheckpointsAsync(
        Guid writerId,
        CancellationToken cancellationToken)
    {
        ShowsRowsOnceCheckpointsAreRead = false;
        if (!KeepsCheckpoints)
        {
            return Task.FromResult(OnReadCheckpoints());
        }

        var stored = new Dictionary<DateOnly, Checkpoint>();
        foreach (var batch in Batches.Where(batch => batch.WriterId == writerId))
        {
            foreach (var move in batch.Moves)
            {
                stored[move.Month] = new Checkpoint(move.Last, move.ChainHash, batch.Dropped, batch.Position);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<DateOnly, Checkpoint>>(stored);
    }

    public Task<IReadOnlyCollection<Guid>> StoredAsync(
        IReadOnlyCollection<Guid> requestIds,
        CancellationToken cancellationToken) => Task.FromResult<IReadOnlyCollection<Guid>>(
            ShowsRowsOnceCheckpointsAreRead
                ? []
                : [.. Rows.Select(row => row.RequestId).Intersect(requestIds)]);

    /// <summary>Whether rows are hidden for now, as those of a transaction that has yet to commit.</summary>
    public bool ShowsRowsOnceCheckpointsAreRead { get; set; }

    public async Task AppendAsync(AuditBatch batch, CancellationToken cancellationToken)
    {
        Attempts++;
        await OnAppend(batch, cancellationToken);
        lock (_lock)
        {
            _batches.Add(batch);
        }
    }

    public Task MaintainAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
