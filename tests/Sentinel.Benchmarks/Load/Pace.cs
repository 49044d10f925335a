namespace Sentinel.Benchmarks.Load;

/// <summary>When the calls of one connection fall due: evenly, and between those of the others.</summary>
internal sealed class Pace
{
    private readonly TimeSpan _interval;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private TimeSpan _due;

    private Pace(TimeSpan interval, TimeSpan first)
    {
        _interval = interval;
        _due = first;
    }

    /// <param name="perSecond">Calls a second of all connections together.</param>
    /// <param name="connections">How many they are.</param>
    /// <param name="index">Which of them this one is.</param>
    public static Pace Of(int perSecond, int connections, int index) => new(
        TimeSpan.FromSeconds((double)connections / perSecond), TimeSpan.FromSeconds((double)index / perSecond));

    /// <summary>Waits until the next call is due.</summary>
    /// <returns>
    /// The instant from which the call's time counts: when it was due, if the connection was still busy then, so that a
    /// slow answer is held against the calls it kept waiting; else now, for this timer's lateness is nobody's but ours.
    /// </returns>
    public async ValueTask<long> NextAsync()
    {
        var wait = _due - TimeProvider.System.GetElapsedTime(_started);
        _due += _interval;
        if (wait <= TimeSpan.Zero)
        {
            return TimeProvider.System.GetTimestamp() + (long)(wait.TotalSeconds * TimeProvider.System.TimestampFrequency);
        }

        await Task.Delay(wait);
        return TimeProvider.System.GetTimestamp();
    }
}
