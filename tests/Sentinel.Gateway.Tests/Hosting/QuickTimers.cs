namespace Sentinel.Gateway.Tests.Hosting;

/// <summary>The machine's clock, but for timers of one period, which fire as often as a test needs.</summary>
internal sealed class QuickTimers(TimeSpan period, TimeSpan instead) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan every) =>
        System.CreateTimer(
            callback, state, dueTime == period ? instead : dueTime, every == period ? instead : every);
}
