using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Primitives;
using Sentinel.Gateway.Configuration.Reload;
using Sentinel.Gateway.Configuration.Tls;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration;

/// <summary>Holds the running snapshot, and finds the one that a route of YARP's belongs to.</summary>
internal sealed class ConfigurationSource
{
    private const int KeptSnapshots = 8;

    private readonly Lock _publishing = new();
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly ConditionalWeakTable<IReadOnlyDictionary<string, string>, ConfigurationSnapshot> _byMetadata = [];

    // Replaced as a whole, so that a reader without the lock sees one array or the next.
    private volatile ConfigurationSnapshot[] _latest = [];
    private volatile Publication _current;
    private long _loadedAtTicks;

    private ConfigurationSource(
        string path,
        IReadOnlyDictionary<string, string> environment,
        string identity,
        ConfigurationSnapshot first)
    {
        Path = path;
        _environment = environment;
        AtStart = first;
        StartIdentity = identity;
        Keep(first);
        _current = new Publication(first, new());
    }

    public string Path { get; }

    /// <summary>What the settings that act only at start were then.</summary>
    public ConfigurationSnapshot AtStart { get; }

    public ConfigurationSnapshot Current => _current.Snapshot;

    /// <summary>When the running snapshot was read; of the first one, when it was first watched.</summary>
    public DateTimeOffset LoadedAt
    {
        get => new(Interlocked.Read(ref _loadedAtTicks), TimeSpan.Zero);
        internal set => Interlocked.Exchange(ref _loadedAtTicks, value.UtcTicks);
    }

    /// <summary>Why a later content could not be used, or not wholly; kept when one after it could.</summary>
    public ReloadFault? LastFault { get; internal set; }

    internal string StartIdentity { get; }

    internal NamedFiles FilesAtStart { get; private init; } = new();

    /// <summary>Reads the file for the first time.</summary>
    /// <exception cref="ConfigurationException">It is faulty; all faults are in it.</exception>
    public static async Task<ConfigurationSource> LoadAsync(
        string path,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken)
    {
        var look = await ConfigurationFile.LookAsync(path, cancellationToken);
        var result = await ReadAsync(look, environment, 1, previous: null);
        return result.Snapshot is { } snapshot
            ? new ConfigurationSource(path, environment, look.Identity, snapshot) { FilesAtStart = result.Files }
            : throw new ConfigurationException(result.Faults);
    }

    /// <summary>Signalled once, at the next publication.</summary>
    public IChangeToken GetChangeToken() => _current.Token;

    /// <summary>The snapshot that the route was published with: the policy that goes with it.</summary>
    /// <exception cref="InvalidOperationException">The route is none of this source's.</exception>
    public ConfigurationSnapshot For(RouteConfig route)
    {
        // The metadata object survives YARP's own copies of a route, and keeps its snapshot as long as YARP holds it.
        if (route.Metadata is { } metadata && _byMetadata.TryGetValue(metadata, out var snapshot))
        {
            return snapshot;
        }

        var version = RouteStamp.Read(route);
        return Array.Find(_latest, kept => kept.Version == version)
            ?? throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The route '{route.RouteId}' belongs to no snapshot of this process (version {version})."));
    }

    internal Publication CurrentPublication => _current;

    internal Task<ConfigurationResult> ReadNextAsync(FileLook look) =>
        ReadAsync(look, _environment, Current.Version + 1, Current);

    internal void Publish(ConfigurationSnapshot snapshot)
    {
        Publication previous;
        lock (_publishing)
        {
            previous = _current;
            if (snapshot.Version != previous.Snapshot.Version + 1)
            {
                throw new InvalidOperationException(
                    $"Version {snapshot.Version} cannot follow version {previous.Snapshot.Version}.");
            }

            // Known before it is current: whoever sees its routes finds it.
            Keep(snapshot);
            _current = new Publication(snapshot, new());
        }

        // After the exchange, so that a listener that asks at once is given the new one.
        previous.Signal();
    }

    private static async Task<ConfigurationResult> ReadAsync(
        FileLook look,
        IReadOnlyDictionary<string, string> environment,
        long version,
        ConfigurationSnapshot? previous) =>
        look.Fault is { } fault
            ? new ConfigurationResult(null, [fault])
            : await ConfigurationReader.ReadAsync(look.Content, environment, version, look.ToolsLock, previous);

    private void Keep(ConfigurationSnapshot snapshot)
    {
        foreach (var route in snapshot.Routes)
        {
            _byMetadata.Add(route.Metadata!, snapshot);
        }

        _latest = [snapshot, .. _latest.Take(KeptSnapshots - 1)];
    }

    /// <summary>A snapshot and the token that ends its time.</summary>
    /// <remarks>The token source has no timer and no handle, so that there is nothing to dispose.</remarks>
    internal sealed class Publication(ConfigurationSnapshot snapshot, CancellationTokenSource ended)
    {
        public ConfigurationSnapshot Snapshot => snapshot;

        public IChangeToken Token { get; } = new CancellationChangeToken(ended.Token);

        public void Signal() => ended.Cancel();
    }
}

/// <summary>Why a content of proxy.json could not be used, and when it was looked at.</summary>
internal sealed record ReloadFault(string Faults, DateTimeOffset At);
