using System.Text.Json;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Management.Api;

/// <summary>The backends with their routes and destinations, and how these do.</summary>
internal sealed class BackendsAnswer(IProxyStateLookup proxy)
{
    private const string YarpsUsualPolicy = "PowerOfTwoChoices";

    public async Task<ApiError?> AnswerAsync(ApiRequest request)
    {
        if (CallFilters.Problem(request.Query, []) is { } problem)
        {
            return ApiError.BadRequest(problem);
        }

        var routes = proxy.GetRoutes().ToLookup(route => route.Config.ClusterId ?? "", StringComparer.Ordinal);
        await ApiJson.WriteListAsync(
            request.Context,
            "backends",
            proxy.GetClusters().OrderBy(cluster => cluster.ClusterId, StringComparer.Ordinal),
            (json, cluster) => Write(json, cluster, routes[cluster.ClusterId]));
        return null;
    }

    private static void Write(Utf8JsonWriter json, ClusterState cluster, IEnumerable<RouteModel> routes)
    {
        var config = cluster.Model.Config;
        json.WriteStartObject();
        json.WriteString("id", cluster.ClusterId);
        json.WriteStartArray("routes");
        foreach (var route in routes.OrderBy(route => route.Config.RouteId, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("id", route.Config.RouteId);
            json.WriteString("path", route.Config.Match.Path ?? "");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("loadBalancing", config.LoadBalancingPolicy ?? YarpsUsualPolicy);
        json.WriteStartArray("destinations");
        foreach (var destination in cluster.DestinationsState.AllDestinations
            .OrderBy(destination => destination.DestinationId, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("id", destination.DestinationId);
            json.WriteString("address", WithoutUserInfo(destination.Model.Config.Address));
            json.WriteString("active", destination.Health.Active.ToString());
            json.WriteString("passive", destination.Health.Passive.ToString());
            json.WriteBoolean("dead", DestinationGauge.IsDead(config.HealthCheck, destination));
            json.WriteNumber("concurrent", destination.ConcurrentRequestCount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Nor a query, where some put a key.
    private static string WithoutUserInfo(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
            ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : "";
}
