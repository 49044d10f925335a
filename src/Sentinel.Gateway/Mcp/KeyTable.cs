using System.Runtime.InteropServices;

namespace Sentinel.Gateway.Mcp;

/// <summary>
/// The keys of the objects that are open while a body is read, so that a repeated key is found at once.
/// </summary>
/// <remarks>
/// A stack over a hash table: a closing object takes its keys out again, so memory follows the keys that are open, not
/// the body. Hashes are seeded per process; what hashes alike is compared, so a collision refuses nothing.
/// </remarks>
internal sealed class KeyTable
{
    private const int EntriesKept = 4096;

    private Entry[] _entries = new Entry[64];
    private int[] _buckets = new int[128];
    private char[] _chars = new char[1024];
    private int _count;
    private int _charCount;

    /// <summary>Marks where an opening object's keys begin.</summary>
    public Mark Open() => new(_count, _charCount);

    /// <summary>Forgets the keys of a closing object.</summary>
    public void Close(Mark mark)
    {
        while (_count > mark.Count)
        {
            ref var entry = ref _entries[--_count];
            _buckets[entry.Hash & (_buckets.Length - 1)] = entry.Next;
        }

        _charCount = mark.CharCount;
    }

    /// <summary>Room to write a key of up to so many characters, before <see cref="TryAdd"/>.</summary>
    public Span<char> Reserve(int length)
    {
        if (_charCount + length > _chars.Length)
        {
            Array.Resize(ref _chars, Math.Max(_chars.Length * 2, _charCount + length));
        }

        return _chars.AsSpan(_charCount, length);
    }

    /// <summary>
    /// Adds the key that stands at the start of the reserved room to the object opened at <paramref name="mark"/>.
    /// </summary>
    /// <returns>False when the object has that key already.</returns>
    public bool TryAdd(Mark mark, int length)
    {
        var key = _chars.AsSpan(_charCount, length);
        var hash = string.GetHashCode(key);
        for (var i = _buckets[hash & (_buckets.Length - 1)]; i > mark.Count; i = _entries[i - 1].Next)
        {
            ref var other = ref _entries[i - 1];
            if (other.Hash == hash && key.SequenceEqual(_chars.AsSpan(other.Start, other.Length)))
            {
                return false;
            }
        }

        if (_count == _entries.Length)
        {
            Grow();
        }

        ref var bucket = ref _buckets[hash & (_buckets.Length - 1)];
        _entries[_count] = new Entry(hash, bucket, _charCount, length);
        bucket = ++_count;
        _charCount += length;
        return true;
    }

    /// <summary>Makes the table empty, and small again after a large body.</summary>
    public void Reset()
    {
        if (_entries.Length > EntriesKept || _chars.Length > EntriesKept * 16)
        {
            _entries = new Entry[64];
            _buckets = new int[128];
            _chars = new char[1024];
        }
        else if (_count > 0)
        {
            Array.Clear(_buckets);
        }

        _count = 0;
        _charCount = 0;
    }

    // Entries go into the new buckets oldest first, so that each chain still runs from young to old, which Close needs.
    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _buckets = new int[_buckets.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            ref var entry = ref _entries[i];
            ref var bucket = ref _buckets[entry.Hash & (_buckets.Length - 1)];
            entry = entry with { Next = bucket };
            bucket = i + 1;
        }
    }

    internal readonly record struct Mark(int Count, int CharCount);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(int Hash, int Next, int Start, int Length);
}
