using System.Runtime.CompilerServices;

namespace Sentinel.Tests.Shared;

/// <summary>Waits for a state that another process reaches in its own time and does not signal.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns once <paramref name="condition"/> holds; fails at the deadline with its text.</summary>
    public static async Task HoldsAsync(
        Func<Task<bool>> condition,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(condition))] string text = ""
    ) => await YieldsAsync(async () => await condition() ? "" : null, deadline, text);

    /// <param name="condition">What will be true.</param>
    /// <param name="what">What the message says was awaited.</param>
    public static Task TrueAsync(Func<bool> condition, string what) =>
        HoldsAsync(() => Task.FromResult(condition()), text: what);

    /// <param name="condition">What will be true.</param>
    /// <param name="what">What the message says was awaited.</param>
    public static Task TrueAsync(Func<Task<bool>> condition, string what) => HoldsAsync(condition, text: what);

    /// <summary>The first value of <paramref name="attempt"/> that is not null; fails at the deadline with its text.</summary>
    public static async Task<T> YieldsAsync<T>(
        Func<Task<T?>> attempt,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(attempt))] string text = ""
    )
        where T : class
    {
        var limit = deadline ?? Deadline.Default;
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await attempt() is { } value)
            {
                return value;
            }

            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Did not come true within {limit}: {text}");
            }

            await Task.Delay(Interval);
        }
    }
}
