using System.Collections.Concurrent;

namespace Sentinel.Gateway.Authentication;

/// <summary>Tokens that were found good, by their hash; bounded.</summary>
/// <remarks>
/// Two generations: when the young one is full it becomes the old one, and the old one goes. What is used is copied
/// back to the young, so that what goes was used least lately. Only good tokens are kept: a stranger fills nothing.
/// </remarks>
internal sealed class TokenCache(int capacity)
{
    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<CredentialHash, TokenVerdict> _young = [];
    private volatile ConcurrentDictionary<CredentialHash, TokenVerdict> _old = [];
    private int _youngCount;

    /// <summary>Tokens held; at most the capacity, and a few more while many are added at once.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>The verdict, while the token lives and its issuer's keys are the same.</summary>
    public TokenVerdict? Find(in CredentialHash hash, DateTimeOffset now)
    {
        var isYoung = _young.TryGetValue(hash, out var verdict);
        if (!isYoung && !_old.TryGetValue(hash, out verdict))
        {
            return null;
        }

        if (now >= verdict!.ExpiresAt || !verdict.AreKeysCurrent)
        {
            return null;
        }

        if (!isYoung)
        {
            Add(hash, verdict);
        }

        return verdict;
    }

    public void Add(in CredentialHash hash, TokenVerdict verdict)
    {
        if (!_young.TryAdd(hash, verdict))
        {
            _young[hash] = verdict;
            return;
        }

        if (Interlocked.Increment(ref _youngCount) >= capacity / 2)
        {
            Turn();
        }
    }

    private void Turn()
    {
        lock (_turning)
        {
            if (Volatile.Read(ref _youngCount) < capacity / 2)
            {
                return;
            }

            _old = _young;
            _young = [];
            Volatile.Write(ref _youngCount, 0);
        }
    }
}
