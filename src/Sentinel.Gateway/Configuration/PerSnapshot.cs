namespace Sentinel.Gateway.Configuration;

/// <summary>What a stage derives from a snapshot: made once for each that comes into force.</summary>
/// <remarks>Two requests may make it at once; both results are equal, and one stays.</remarks>
internal sealed class PerSnapshot<T>(Func<ConfigurationSnapshot, T> make)
    where T : class
{
    private Derived? _latest;

    public T Of(ConfigurationSnapshot snapshot)
    {
        var latest = Volatile.Read(ref _latest);
        if (!ReferenceEquals(latest?.Snapshot, snapshot))
        {
            latest = new Derived(snapshot, make(snapshot));
            Volatile.Write(ref _latest, latest);
        }

        return latest.Value;
    }

    private sealed record Derived(ConfigurationSnapshot Snapshot, T Value);
}
