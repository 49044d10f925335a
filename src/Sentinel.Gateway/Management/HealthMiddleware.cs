using System.Text.Json;
using Sentinel.Audit;
using Yarp.ReverseProxy;

namespace Sentinel.Gateway.Management;

/// <summary><c>/healthz/live</c> and <c>/healthz/ready</c>, on both listeners and without a credential.</summary>
/// <param name="next">Everything else.</param>
/// <param name="drain">Whether this replica is on its way out.</param>
/// <param name="audit">Whether calls can be recorded.</param>
/// <param name="proxy">Which destinations are dead.</param>
/// <param name="reader">Who asks: strangers are told the status only.</param>
internal sealed class HealthMiddleware(
    RequestDelegate next,
    DrainState drain,
    AuditChannel audit,
    IProxyStateLookup proxy,
    string reader = "")
{
    /// <summary>On the management listener.</summary>
    public const string ForOperators = "operators";

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (path.Equals("/healthz/live", StringComparison.Ordinal))
        {
            return WriteAsync(context, 200, "live");
        }

        if (path.Equals("/healthz/ready", StringComparison.Ordinal))
        {
            return Ready(context);
        }

        return next(context);
    }

    private Task Ready(HttpContext context)
    {
        if (drain.IsDraining)
        {
            return WriteAsync(context, 503, "draining");
        }

        var (dead, isAnyAlive) = FindDead();
        if (dead.Count > 0 && !isAnyAlive)
        {
            return WriteAsync(context, 503, "no_destination", null, dead);
        }

        var status = audit.Status;
        if (status.RefusesCalls)
        {
            return WriteAsync(context, 503, "journal_unavailable", $"The audit journal: {status.JournalFault}.", dead);
        }

        // One database in trouble must not empty the balancer: calls go on, and this says what is wrong.
        var trouble = (status.Healthy, status.JournalFault) switch
        {
            (true, null) => dead.Count > 0 ? "A destination of a backend does not answer." : null,
            (true, { } fault) => $"The audit journal: {fault}.",
            _ => "The audit store does not take rows; the log says why.",
        };
        return WriteAsync(context, 200, trouble is null ? "ready" : "degraded", trouble, dead);
    }

    // Unknown counts as alive: a replica that has asked nobody yet can serve.
    private (List<(string Backend, string Destination)> Dead, bool IsAnyAlive) FindDead()
    {
        var dead = new List<(string, string)>();
        var isAnyAlive = false;
        foreach (var cluster in proxy.GetClusters())
        {
            foreach (var destination in cluster.DestinationsState.AllDestinations)
            {
                if (DestinationGauge.IsDead(cluster.Model.Config.HealthCheck, destination))
                {
                    dead.Add((cluster.ClusterId, destination.DestinationId));
                }
                else
                {
                    isAnyAlive = true;
                }
            }
        }

        return (dead, isAnyAlive);
    }

    private async Task WriteAsync(
        HttpContext context,
        int status,
        string state,
        string? detail = null,
        List<(string Backend, string Destination)>? dead = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status"u8, state);
        if (reader == ForOperators && detail is not null)
        {
            json.WriteString("detail"u8, detail);
        }

        if (reader == ForOperators && dead is { Count: > 0 })
        {
            json.WriteStartArray("dead"u8);
            foreach (var (backend, destination) in dead)
            {
                json.WriteStringValue($"{backend}/{destination}");
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
