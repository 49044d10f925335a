using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Sentinel.Audit;
using Sentinel.Gateway.Configuration.Edge;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Configuration;

/// <summary>The <c>Sentinel</c> section of proxy.json.</summary>
/// <remarks>The properties are the keys: reader, documentation and JSON schema follow from them.</remarks>
internal sealed record SentinelOptions
{
    [Description("What clients call: scheme, host and port, for example `https://mcp.example.com`. Needed where TLS "
        + "ends before Sentinel.")]
    public HttpOrigin? PublicUrl { get; init; }

    [Description("Proxies whose `X-Forwarded-For`, `-Proto` and `-Host` are believed: `10.0.0.5`, `10.0.0.0/8`, "
        + "`fd00::/8`.")]
    public IReadOnlyList<TrustedNetwork> TrustedProxies { get; init; } = [];

    [Description("Origins of web pages that may call, besides PublicUrl's and loopback ones: "
        + "`https://app.example.com`, `https://*.example.com`, or `*` for every one.")]
    public IReadOnlyList<OriginPattern> AllowedOrigins { get; init; } = [];

    [Description("Hosts that clients may call, besides PublicUrl's, `localhost` and addresses: a name, "
        + "`*.example.com`, or `*` for every one. No scheme, no port.")]
    public IReadOnlyList<HostPattern> AllowedHosts { get; init; } = [];

    [Description("The certificate of https listeners.")]
    public TlsOptions? Tls { get; init; }

    [Description("Who may call at all. Without it Sentinel does not start.")]
    public AuthenticationOptions? Authentication { get; init; }

    [Description("Who may call what.")]
    public RbacOptions Rbac { get; init; } = new();

    [Description("What one request, and one caller, may take.")]
    public LimitsOptions Limits { get; init; } = new();

    [Description("What is sent to each backend in the clients' place; the keys are cluster ids.")]
    public IReadOnlyDictionary<string, BackendOptions> Backends { get; init; } =
        ReadOnlyDictionary<string, BackendOptions>.Empty;

    [Description("Sessions, which exist up to revision 2025-11-25.")]
    public SessionsOptions Sessions { get; init; } = new();

    [Description("How a stop goes.")]
    [ActsAtStart]
    public ShutdownOptions Shutdown { get; init; } = new();

    [Description("How calls are recorded.")]
    [ActsAtStart]
    public AuditOptions Audit { get; init; } = new();

    [Description("The listener for operators.")]
    public ManagementOptions Management { get; init; } = new();

    [Description("Traces, metrics and logs.")]
    [ActsAtStart]
    public TelemetryOptions Telemetry { get; init; } = new();
}

/// <summary>How a stop goes.</summary>
internal sealed record ShutdownOptions
{
    [Description("Seconds that the listener stays open while readiness says 503, for the load balancer to notice.")]
    [Range(0, 300)]
    public int LoadBalancerSeconds { get; init; } = 5;

    [Description("Seconds that running calls and the audit queue get to finish.")]
    [Range(0, 3600)]
    public int DrainSeconds { get; init; } = 30;
}

/// <summary>The listener for operators: health, metrics, dashboard.</summary>
internal sealed record ManagementOptions
{
    [Description("Where operators connect. Keep it on loopback or a private network.")]
    [ActsAtStart]
    [Required]
    [RegularExpression(
        """http://[^\s/?#@\\]+:[0-9]{1,5}/?""",
        ErrorMessage = "write an absolute http URL with a port and nothing after it, "
            + "for example http://127.0.0.1:9090")]
    public string Url { get; init; } = "http://127.0.0.1:9090";

    [Description("Roles of Rbac.Roles whose callers may sign in to the dashboard and read all of the audit: "
        + "dashboard.md. None: there is no dashboard.")]
    public IReadOnlyList<string> ViewerRoles { get; init; } = [];

    [Description("Name of the environment variable that holds the token, of 16 characters or more, without which "
        + "`/metrics` is not given: `Authorization: Bearer TOKEN`. Absent: it is open to whoever reaches the "
        + "listener.")]
    public string? MetricsTokenEnv { get; init; }
}

/// <summary>A section or a key that is read once: a change on reload waits for the next start.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ActsAtStartAttribute : Attribute;
