namespace Sentinel.Tests.Shared;

/// <summary>Waits for what another thread or process will bring about, with a deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    /// <param name="condition">What will be true.</param>
    /// <param name="what">What the message says was awaited.</param>
    public static Task TrueAsync(Func<bool> condition, string what) =>
        TrueAsync(() => Task.FromResult(condition()), what);

    /// <param name="condition">What will be true.</param>
    /// <param name="what">What the message says was awaited.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Deadline)
            {
                throw new TimeoutException($"Not within {Deadline.TotalSeconds} s: {what}");
            }

            await Task.Delay(Poll);
        }
    }
}
