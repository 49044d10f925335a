namespace Sentinel.Gateway.Authorization;

/// <summary>The slots of an exchange's calls; given back once, however often it is disposed of.</summary>
internal sealed class CallSlots(CallerBuckets buckets, int calls) : IDisposable
{
    private CallerBuckets? _buckets = buckets;

    public void Dispose() => Interlocked.Exchange(ref _buckets, null)?.Release(calls);
}
