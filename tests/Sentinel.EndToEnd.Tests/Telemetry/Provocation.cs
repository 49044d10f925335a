namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>What makes a metric move, and how it is then to be.</summary>
/// <param name="Act">Does it; what it returns goes on until that is disposed of.</param>
/// <param name="Moved">Judges by the sum of its series before, and by what there is after.</param>
internal sealed record Provocation(
    Func<MeasuredGateways, Task<IAsyncDisposable?>> Act,
    Func<double, IReadOnlyList<Sample>, bool> Moved)
{
    /// <summary>Whether it is the gateway that is not well.</summary>
    public bool IsIll { get; init; }

    /// <summary>Whether it is nothing before: what an earlier provocation left is waited out.</summary>
    public bool IsEmptyBefore { get; init; }

    public static Provocation Rises(Func<MeasuredGateways, Task> act) => new(Simple(act), IsMore);

    public static Provocation Rises(Func<MeasuredGateways, Task<IAsyncDisposable?>> act) => new(act, IsMore);

    /// <summary>It is 0, and more than that while what makes it so goes on.</summary>
    public static Provocation Fills(Func<MeasuredGateways, Task<IAsyncDisposable?>> act) =>
        new(act, IsMore) { IsEmptyBefore = true };

    public static Provocation Fills(Func<MeasuredGateways, Task> act) => Fills(Simple(act));

    /// <summary>It is more than 0, and was so before.</summary>
    public static Provocation Stands(Func<MeasuredGateways, Task> act) =>
        new(Simple(act), (_, after) => after.Sum(sample => sample.Value) > 0);

    public static Provocation Appears(Func<MeasuredGateways, Task> act) => new(Simple(act), (_, after) => after.Count > 0);

    public static Provocation Is(double value, Func<MeasuredGateways, Task> act) => Is(value, Simple(act));

    public static Provocation Is(double value, Func<MeasuredGateways, Task<IAsyncDisposable?>> act) =>
        new(act, (_, after) => after is [var sample] && sample.Value.Equals(value));

    private static bool IsMore(double before, IReadOnlyList<Sample> after) => after.Sum(sample => sample.Value) > before;

    private static Func<MeasuredGateways, Task<IAsyncDisposable?>> Simple(Func<MeasuredGateways, Task> act) => async gateways =>
    {
        await act(gateways);
        return null;
    };
}

/// <summary>Calls without end, several at a time, until it is disposed of; and then something is put right.</summary>
internal sealed class Storm : IAsyncDisposable
{
    private const int Lanes = 16;

    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Task> _undo;
    private readonly Task _lanes;

    public Storm(Func<Task> call, Func<Task>? undo = null)
    {
        _undo = undo ?? (() => Task.CompletedTask);
        _lanes = Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => RunAsync(call)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _lanes;
        await _undo();
        _stop.Dispose();
    }

    private async Task RunAsync(Func<Task> call)
    {
        while (!_stop.IsCancellationRequested)
        {
            await call();
        }
    }
}

/// <summary>Something to be put right.</summary>
internal sealed class Undo(Func<Task> undo) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await undo();
}
