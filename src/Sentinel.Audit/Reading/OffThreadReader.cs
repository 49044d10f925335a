using System.Runtime.CompilerServices;

namespace Sentinel.Audit.Reading;

/// <summary>Asks a store that knows no asynchronous calls on threads of its own, so that a server's go on.</summary>
/// <remarks>
/// A thread for each step, and not one of the pool's: there are as many of those as there are cores, and a store that
/// sorts a large table would keep them from serving. A step takes a few megabytes of rows.
/// </remarks>
internal sealed class OffThreadReader(IAuditReader reader) : IAuditReader
{
    public string Name => reader.Name;

    public IAsyncEnumerable<StoredRow> ReadAsync(AuditQuery query, CancellationToken cancellationToken) =>
        StepsAsync(
            // Made here, so that a query that cannot be asked fails at once.
            reader.ReadAsync(query, cancellationToken),
            row => FetchStep.BytesOf(row),
            cancellationToken);

    public IAsyncEnumerable<StoredCheckpoint> ReadCheckpointsAsync(CancellationToken cancellationToken) =>
        StepsAsync(reader.ReadCheckpointsAsync(cancellationToken), _ => 0, cancellationToken);

    public IAsyncEnumerable<StoredRow> ReadSpansAsync(
        IReadOnlyList<AuditSpan> spans,
        AuditQuery filter,
        CancellationToken cancellationToken) =>
        StepsAsync(
            reader.ReadSpansAsync(spans, filter, cancellationToken), row => FetchStep.BytesOf(row), cancellationToken);

    public Task<AuditStatistics> ReadStatisticsAsync(
        AuditQuery query,
        AuditGrouping grouping,
        CancellationToken cancellationToken) =>
        OnThreadAsync(() => reader.ReadStatisticsAsync(query, grouping, cancellationToken), cancellationToken);

    public ValueTask DisposeAsync() => reader.DisposeAsync();

    private static async IAsyncEnumerable<T> StepsAsync<T>(
        IAsyncEnumerable<T> items,
        Func<T, long> weigh,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var enumerator = items.GetAsyncEnumerator(cancellationToken);
        var most = FetchStep.RowsFirst;
        bool isOver;
        do
        {
            (var step, isOver) = await OnThreadAsync(() => TakeAsync(enumerator, most, weigh), cancellationToken);
            foreach (var item in step)
            {
                yield return item;
            }

            most = FetchStep.RowsMax;
        }
        while (!isOver);
    }

    private static async Task<(List<T> Step, bool IsOver)> TakeAsync<T>(
        IAsyncEnumerator<T> enumerator,
        int most,
        Func<T, long> weigh)
    {
        var step = new List<T>();
        for (var bytes = 0L; step.Count < most && bytes < FetchStep.BytesMax;)
        {
            if (!await enumerator.MoveNextAsync())
            {
                return (step, true);
            }

            step.Add(enumerator.Current);
            bytes += weigh(enumerator.Current);
        }

        return (step, false);
    }

    // What it waits for is done when it comes back: it never leaves the thread that it was given.
    private static Task<T> OnThreadAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(step, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
}
