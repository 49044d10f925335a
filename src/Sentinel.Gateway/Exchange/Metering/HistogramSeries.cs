namespace Sentinel.Gateway.Exchange.Metering;

/// <summary>One series of a duration histogram: how many samples fell into each bucket, and their sum.</summary>
/// <param name="boundsUs">Upper bounds of the buckets in microseconds, ascending; the last bucket has none.</param>
/// <param name="labels">Its labels.</param>
/// <remarks>A sample costs a short search and two interlocked additions, and allocates nothing.</remarks>
internal sealed class HistogramSeries(long[] boundsUs, params KeyValuePair<string, object?>[] labels)
{
    private readonly long[] _counts = new long[boundsUs.Length + 1];
    private long _sumUs;

    public KeyValuePair<string, object?>[] Labels => labels;

    public long SumUs => Interlocked.Read(ref _sumUs);

    public void Record(long us)
    {
        // A bound belongs to its bucket: what equals it is not greater.
        var bucket = 0;
        while (bucket < boundsUs.Length && us > boundsUs[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _sumUs, us);
    }

    /// <summary>The counts of the buckets, each its own only; the last is of what is beyond every bound.</summary>
    public long[] Read()
    {
        var counts = new long[_counts.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = Interlocked.Read(ref _counts[i]);
        }

        return counts;
    }
}
