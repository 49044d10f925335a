namespace Sentinel.SampleServer;

/// <summary>The newest entries, oldest first; bounded, so that a load test does not end in swapping.</summary>
internal sealed class Recent<T>
{
    private const int EntriesMax = 100_000;

    private readonly Lock _lock = new();
    private readonly Queue<T> _entries = new();

    public void Add(T entry)
    {
        lock (_lock)
        {
            if (_entries.Count == EntriesMax)
            {
                _entries.Dequeue();
            }

            _entries.Enqueue(entry);
        }
    }

    public T[] ToArray()
    {
        lock (_lock)
        {
            return [.. _entries];
        }
    }
}
