using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Configuration.Binding;
using Sentinel.Gateway.Configuration.Json;
using Sentinel.Gateway.Configuration.Pinning;
using Sentinel.Gateway.Configuration.Proxy;
using Sentinel.Gateway.Configuration.Reload;
using Sentinel.Gateway.Configuration.Tls;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Configuration;

/// <summary>Turns proxy.json's bytes and the environment into one snapshot, or into every fault they have.</summary>
internal static class ConfigurationReader
{
    private const string SchemaKey = "$schema";
    private const string ProxyKey = "ReverseProxy";
    private const string SentinelKey = "Sentinel";

    private static readonly string[] RootKeys = [SchemaKey, ProxyKey, SentinelKey];

    /// <param name="content">The whole file.</param>
    /// <param name="environment">The process's variables; those that begin with Sentinel__ are settings.</param>
    /// <param name="version">The snapshot's number, written into every route.</param>
    /// <param name="toolsLock">What was seen of tools.lock.json; null for nothing.</param>
    /// <param name="previous">What is in force, whose certificates stay where theirs have become faulty.</param>
    public static async Task<ConfigurationResult> ReadAsync(
        ReadOnlyMemory<byte> content,
        IReadOnlyDictionary<string, string> environment,
        long version,
        FileLook? toolsLock = null,
        ConfigurationSnapshot? previous = null)
    {
        var files = new NamedFiles();
        var (snapshot, faults) = await ReadAsync(content, environment, version, toolsLock, previous, files);
        return new(snapshot, faults) { Files = files };
    }

    private static async Task<(ConfigurationSnapshot? Snapshot, IReadOnlyList<ConfigurationFault> Faults)> ReadAsync(
        ReadOnlyMemory<byte> content,
        IReadOnlyDictionary<string, string> environment,
        long version,
        FileLook? toolsLock,
        ConfigurationSnapshot? previous,
        NamedFiles files)
    {
        var faults = new FaultCollector();
        if (JsonTree.Read(content.Span, faults) is not { } root)
        {
            return (null, faults.Sorted());
        }

        RefuseUnknownRootKeys(root, faults);
        var sentinel = BindSentinel(root, environment, faults);
        var proxy = await ProxySection.ReadAsync(root.Find(ProxyKey), faults);
        SentinelChecks.Run(sentinel, faults);
        var tls = new TlsReader(environment, files, previous, faults);
        var serverCertificate = tls.ReadServer(sentinel.Tls);
        var backendReader = new BackendReader(environment, tls, faults);
        var backends = backendReader.Read(sentinel.Backends, proxy.Clusters);
        var sessionKeys = SessionKeyReader.Read(sentinel.Sessions, environment, faults);
        var metricsTokenHash = ManagementChecks.ReadMetricsToken(sentinel.Management, environment, faults);
        var pins = PinningReader.Read(sentinel.Rbac, proxy.Clusters, toolsLock, faults);
        if (!faults.IsEmpty)
        {
            return (null, faults.Sorted());
        }

        var snapshot = new ConfigurationSnapshot
        {
            Version = version,
            Sentinel = sentinel,
            Policy = AccessPolicy.Compile(sentinel.Rbac),
            Pins = pins,
            CallLimits = LimitsChecks.Compile(sentinel.Limits),
            Routes = [.. proxy.Routes.Select(route => RouteStamp.Apply(route, version))],
            Clusters =
            [
                .. proxy.Clusters.Select(
                    cluster => ClusterStamp.Apply(cluster, sentinel.Backends.GetValueOrDefault(cluster.ClusterId))),
            ],
            Backends = backends,
            SessionKeys = sessionKeys,
            MetricsTokenHash = metricsTokenHash,
            ServerCertificate = serverCertificate,
            KeptCertificates = tls.Kept,
            Warnings =
            [
                .. proxy.Warnings,
                .. tls.Warnings,
                .. backendReader.Warnings,
                .. AzureAdChecks.Warnings(sentinel.Authentication, faults),
                .. ApiKeyChecks.Warn(sentinel.Authentication!, proxy.Clusters, faults),
                .. PatternWarnings.Find(sentinel.Rbac, proxy.Clusters, faults),
                .. RoleWarnings.Find(sentinel, faults),
                .. ManagementChecks.Warn(sentinel, faults),
                .. LimitsChecks.Warnings(sentinel.Limits, proxy.Clusters, faults),
            ],
        };
        return (snapshot, []);
    }

    private static void RefuseUnknownRootKeys(SourceObject root, FaultCollector faults)
    {
        foreach (var (key, value) in root.Members)
        {
            if (!RootKeys.Contains(key, StringComparer.Ordinal) && !faults.HasAt(value.Path))
            {
                faults.Add(value.Place, Suggestion.ForUnknownKey(key, RootKeys));
            }
        }
    }

    private static SentinelOptions BindSentinel(
        SourceObject root,
        IReadOnlyDictionary<string, string> environment,
        FaultCollector faults)
    {
        var path = JsonPath.Member(JsonPath.Root, SentinelKey);
        var section = root.Find(SentinelKey) ?? new SourceObject(faults.PlaceOf(path));
        if (section is SourceObject node)
        {
            new EnvironmentOverrides(faults).Apply(node, typeof(SentinelOptions), environment);
        }

        return new RecordBinder(faults).Bind<SentinelOptions>(section);
    }
}
