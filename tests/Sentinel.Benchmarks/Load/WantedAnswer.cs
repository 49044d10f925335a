using System.Globalization;

namespace Sentinel.Benchmarks.Load;

/// <summary>What a call asks the benchmark's backend to answer, in a header that every proxy passes on.</summary>
/// <param name="Events">How many events the answer is; 0: it is JSON.</param>
/// <param name="TextBytes">The length of the result's text.</param>
internal readonly record struct WantedAnswer(int Events, long TextBytes)
{
    public const string Header = "X-Benchmark-Answer";

    /// <summary>What a call without the header gets.</summary>
    public static readonly WantedAnswer Small = new(0, 200);

    /// <summary>The header's value.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Events}/{TextBytes}");

    public static WantedAnswer Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return new WantedAnswer(
            int.Parse(text.AsSpan(0, slash), CultureInfo.InvariantCulture),
            long.Parse(text.AsSpan(slash + 1), CultureInfo.InvariantCulture));
    }
}
