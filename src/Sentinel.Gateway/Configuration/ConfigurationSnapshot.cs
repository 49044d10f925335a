using System.Collections.ObjectModel;
using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Configuration.Tls;
using Sentinel.Gateway.Rbac;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration;

/// <summary>One valid reading of proxy.json: routes and policy that belong together.</summary>
internal sealed record ConfigurationSnapshot
{
    /// <summary>The key in a route's metadata under which its snapshot's version stands.</summary>
    public const string MetadataKey = "Sentinel.Snapshot";

    public required long Version { get; init; }

    public required SentinelOptions Sentinel { get; init; }

    public required AccessPolicy Policy { get; init; }

    /// <summary>The approved tools of backends whose tools are pinned.</summary>
    public ToolPins Pins { get; init; } = ToolPins.None;

    /// <summary>How much one caller may call.</summary>
    public CallLimits CallLimits { get; init; } = CallLimits.None;

    public required IReadOnlyList<RouteConfig> Routes { get; init; }

    public required IReadOnlyList<ClusterConfig> Clusters { get; init; }

    /// <summary>What is sent to the backends in the clients' place, by cluster id; not every backend has any.</summary>
    public IReadOnlyDictionary<string, BackendSettings> Backends { get; init; } =
        ReadOnlyDictionary<string, BackendSettings>.Empty;

    /// <summary>The keys of sealed sessions, 32 bytes each: the first seals, all open. None: a random one.</summary>
    public IReadOnlyList<byte[]> SessionKeys { get; init; } = [];

    /// <summary>The SHA-256 of the token without which metrics are not given; null where there is none.</summary>
    public byte[]? MetricsTokenHash { get; init; }

    /// <summary>The certificate of https listeners.</summary>
    public CertificateWithKey? ServerCertificate { get; init; }

    /// <summary>Faults of certificates in whose place earlier ones stay in force.</summary>
    public IReadOnlyList<ConfigurationFault> KeptCertificates { get; init; } = [];

    /// <summary>What is valid and yet probably not meant.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The snapshot that a request is served by, once it has passed the first stage.</summary>
    public static ConfigurationSnapshot Of(HttpContext context) =>
        (ConfigurationSnapshot)context.Features[typeof(ConfigurationSnapshot)]!;
}

/// <summary>A snapshot, or every reason why there is none.</summary>
internal sealed record ConfigurationResult(ConfigurationSnapshot? Snapshot, IReadOnlyList<ConfigurationFault> Faults)
{
    /// <summary>The files that the reading was led to, whatever came of it.</summary>
    public NamedFiles Files { get; init; } = new();
}
