using System.Globalization;

namespace Sentinel.Gateway.Rbac;

/// <summary>How many tools/call one caller may make, compiled from the <c>Limits</c> section.</summary>
/// <param name="perTool">A call takes a token of every one whose pattern matches it.</param>
/// <param name="fallback">Of this where none matches; null for no limit then.</param>
/// <param name="concurrent">Calls under way at a time; null for no limit.</param>
internal sealed class CallLimits(IReadOnlyList<RateLimit> perTool, RateLimit? fallback, int? concurrent)
{
    public static readonly CallLimits None = new([], null, null);

    private readonly RateLimit[] _rates = [.. perTool, .. fallback is null ? (RateLimit[])[] : [fallback]];

    /// <summary>Every rate; the one for tools that no pattern matches stands last.</summary>
    public ReadOnlySpan<RateLimit> Rates => _rates;

    public int? Concurrent => concurrent;

    public bool IsEmpty => _rates.Length == 0 && concurrent is null;

    /// <summary>Adds one to the count of every rate that a call of this tool takes a token of.</summary>
    /// <param name="backend">The backend's id.</param>
    /// <param name="tool">The tool's name.</param>
    /// <param name="counts">As many as there are rates.</param>
    public void Count(string backend, string tool, Span<int> counts)
    {
        var isMatched = false;
        for (var i = 0; i < perTool.Count; i++)
        {
            if (_rates[i].Matches(backend, tool))
            {
                counts[i]++;
                isMatched = true;
            }
        }

        if (!isMatched && fallback is not null)
        {
            counts[^1]++;
        }
    }

    /// <summary>Whether a call of this tool takes a token of the rate with that index.</summary>
    public bool Takes(string backend, string tool, int rate)
    {
        Span<int> counts = new int[_rates.Length];
        Count(backend, tool, counts);
        return counts[rate] > 0;
    }
}

/// <summary>So many calls a minute. Equal ones, of two configurations, share their buckets.</summary>
internal sealed record RateLimit(string Pattern, int PerMinute)
{
    /// <summary>Stands where a pattern would, for tools that no pattern matches.</summary>
    public const string DefaultName = "Default";

    private readonly TargetPattern? _pattern =
        Pattern == DefaultName ? null : TargetPattern.Parse(Pattern, CultureInfo.InvariantCulture);

    /// <summary>What the row of a refused call says of it.</summary>
    public string Rule { get; } = string.Create(CultureInfo.InvariantCulture, $"limit {Pattern}: {PerMinute}/min");

    /// <summary>In any case, so that no spelling escapes it.</summary>
    public bool Matches(string backend, string tool) => _pattern!.MatchesFolded(backend, tool);

    public bool Equals(RateLimit? other) =>
        other is not null && PerMinute == other.PerMinute && Pattern == other.Pattern;

    public override int GetHashCode() => HashCode.Combine(Pattern, PerMinute);
}
