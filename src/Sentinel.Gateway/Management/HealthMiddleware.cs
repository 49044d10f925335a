using System.Text.Json;
using Sentinel.Audit;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Management;

/// <summary><c>/healthz/live</c> and <c>/healthz/ready</c>, on both listeners and without a credential.</summary>
internal sealed class HealthMiddleware(
    RequestDelegate next,
    DrainState drain,
    AuditChannel audit,
    IProxyStateLookup proxy)
{
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

        if (AreAllDestinationsDead())
        {
            return WriteAsync(context, 503, "no_destination");
        }

        var status = audit.Status;
        if (status.RefusesCalls)
        {
            return WriteAsync(context, 503, "journal_unavailable", $"The audit journal: {status.JournalFault}.");
        }

        // One database in trouble must not empty the balancer: calls go on, and this says what is wrong.
        return (status.Healthy, status.JournalFault) switch
        {
            (true, null) => WriteAsync(context, 200, "ready"),
            (true, { } fault) => WriteAsync(context, 200, "degraded", $"The audit journal: {fault}."),
            _ => WriteAsync(context, 200, "degraded", "The audit store does not take rows; the log says why."),
        };
    }

    // Unknown counts as alive: a replica that has asked nobody yet can serve.
    private bool AreAllDestinationsDead()
    {
        var hasAny = false;
        foreach (var cluster in proxy.GetClusters())
        {
            foreach (var destination in cluster.DestinationsState.AllDestinations)
            {
                hasAny = true;
                if (destination.Health.Active != DestinationHealth.Unhealthy
                    && destination.Health.Passive != DestinationHealth.Unhealthy)
                {
                    return false;
                }
            }
        }

        return hasAny;
    }

    private static async Task WriteAsync(HttpContext context, int status, string state, string? detail = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status"u8, state);
        if (detail is not null)
        {
            json.WriteString("detail"u8, detail);
        }

        json.WriteEndObject();
    }
}
