using System.Runtime.CompilerServices;
using Sentinel.Gateway.Configuration.Proxy;
using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>
/// A passive health policy: after failures in a row a destination is left alone for a while, and then comes back by one
/// request that succeeds.
/// </summary>
/// <remarks>
/// YARP keeps an unhealthy destination out and makes it available again after the period; from then on, until a request
/// has succeeded, <see cref="CircuitMiddleware"/> lets one at a time pass.
/// </remarks>
internal sealed partial class CircuitBreaker(
    IDestinationHealthUpdater health,
    DestinationMetrics metrics,
    TimeProvider time,
    ILogger<CircuitBreaker> logger)
    : IPassiveHealthCheckPolicy
{
    // YARP keeps a destination's state across reloads; with it goes what is known of it.
    private readonly ConditionalWeakTable<DestinationState, Circuit> _circuits = new();

    public string Name => OwnPolicies.CircuitBreaker;

    /// <summary>What <see cref="StateOf"/> may say.</summary>
    public static IReadOnlyList<string> States { get; } = ["closed", "open", "half_open"];

    /// <summary>How the circuit of a destination stands.</summary>
    public string StateOf(DestinationState destination) =>
        !_circuits.TryGetValue(destination, out var circuit) || !circuit.IsOpen ? States[0]
        : destination.Health.Passive == DestinationHealth.Unhealthy ? States[1]
        : States[2];

    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        var outcome = AttemptOutcomes.Of(context);
        if (outcome == AttemptOutcome.Failed)
        {
            var failuresMax = OwnPolicies.Failures(cluster.Model.Config);
            Report(_circuits.GetOrCreateValue(destination), context, outcome, failuresMax, cluster, destination);
        }
        else if (_circuits.TryGetValue(destination, out var circuit) && !circuit.IsQuiet)
        {
            Report(circuit, context, outcome, 0, cluster, destination);
        }
    }

    /// <summary>Whether the destination may be sent this request; where its circuit is half open, as its trial.
    /// </summary>
    public bool MayTry(HttpContext context, DestinationState destination)
    {
        var cluster = context.GetReverseProxyFeature().Route.Cluster!;
        var config = cluster.Model.Config;
        if (!OwnPolicies.HasCircuitBreaker(config)
            || !_circuits.TryGetValue(destination, out var circuit)
            || !circuit.IsOpen)
        {
            return true;
        }

        if (destination.Health.Passive == DestinationHealth.Unhealthy)
        {
            // Chosen all the same: by a list that is a moment old, or because the cluster prefers to panic.
            return config.HealthCheck!.AvailableDestinationsPolicy
                == HealthCheckConstants.AvailableDestinations.HealthyOrPanic;
        }

        return TryEnter(circuit, context, cluster, destination);
    }

    /// <summary>Seconds until the first destination with an open circuit is tried; null where none has one.</summary>
    public long? RetryAfter(IReverseProxyFeature proxy)
    {
        if (!OwnPolicies.HasCircuitBreaker(proxy.Cluster.Config))
        {
            return null;
        }

        var period = OwnPolicies.OpenPeriod(proxy.Cluster.Config);
        long? soonest = null;
        foreach (var destination in proxy.AllDestinations)
        {
            if (_circuits.TryGetValue(destination, out var circuit) && circuit.IsOpen)
            {
                var seconds = (long)Math.Ceiling((period - time.GetElapsedTime(circuit.OpenedAt)).TotalSeconds);
                soonest = Math.Min(soonest ?? long.MaxValue, Math.Max(1, seconds));
            }
        }

        return soonest;
    }

    // A method of its own, as the next: what its delegate keeps would be allocated by every call.
    private void Report(
        Circuit circuit,
        HttpContext context,
        AttemptOutcome outcome,
        int failuresMax,
        ClusterState cluster,
        DestinationState destination) =>
        circuit.Report(
            McpExchange.Of(context),
            outcome,
            failuresMax,
            time.GetTimestamp(),
            isOpen => Change(cluster, destination, isOpen));

    private bool TryEnter(Circuit circuit, HttpContext context, ClusterState cluster, DestinationState destination)
    {
        var period = OwnPolicies.OpenPeriod(cluster.Model.Config);
        return circuit.TryEnter(
            McpExchange.Of(context),
            time.GetTimestamp(),
            trialAt => time.GetElapsedTime(trialAt) > period,
            isOpen => Change(cluster, destination, isOpen));
    }

    // Under the circuit's lock: the next to ask must find the destination unhealthy already, not half open.
    private void Change(ClusterState cluster, DestinationState destination, bool isOpen)
    {
        var period = OwnPolicies.OpenPeriod(cluster.Model.Config);
        health.SetPassive(
            cluster, destination, isOpen ? DestinationHealth.Unhealthy : DestinationHealth.Healthy, period);
        if (isOpen)
        {
            metrics.CountOpened(cluster.ClusterId, destination.DestinationId);
            LogOpened(logger, destination.DestinationId, cluster.ClusterId, period);
        }
        else
        {
            LogClosed(logger, destination.DestinationId, cluster.ClusterId);
        }
    }

    [LoggerMessage(
        8030,
        LogLevel.Warning,
        "Destination {Destination} of {Backend} fails: it is left alone for {Period}, and then tried by one request.")]
    private static partial void LogOpened(ILogger logger, string destination, string backend, TimeSpan period);

    [LoggerMessage(8031, LogLevel.Information, "Destination {Destination} of {Backend} answers again.")]
    private static partial void LogClosed(ILogger logger, string destination, string backend);
}
