using System.Text;
using System.Text.Json;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Why a caller with these roles may or may not use a target.</summary>
internal static class ExplainAnswer
{
    private const int RolesMax = 64;

    private static readonly string[] Names = ["role", "backend", "name", "kind", "arguments"];

    public static async Task<ApiError?> AnswerAsync(ApiRequest request)
    {
        var query = request.Query;
        var policy = request.Snapshot.Policy;
        var problem = CallFilters.Problem(query, Names, "role");
        var kind = CallFilters.Choice<TargetKind>(query, "kind", ref problem) ?? TargetKind.Tool;
        var roles = query["role"].OfType<string>().Where(role => role.Length > 0).Distinct().ToList();
        var backend = CallFilters.Text(query, "backend");
        var name = CallFilters.Text(query, "name");
        var arguments = CallFilters.Text(query, "arguments");
        problem ??= roles.Count > RolesMax ? "There are too many roles."
            : roles.Find(role => !policy.HasRole(role)) is { } unknown ? $"There is no role '{unknown}' in Rbac.Roles."
            : backend is null || name is null ? "Name a backend and a name."
            : !request.Snapshot.Clusters.Any(cluster => cluster.ClusterId == backend)
                ? $"There is no backend '{backend}' in ReverseProxy.Clusters."
            : arguments is not null && !IsObject(arguments) ? "'arguments' takes a JSON object."
            : null;
        if (problem is not null)
        {
            return ApiError.BadRequest(problem);
        }

        var explanation = Explanation.Of(
            policy, roles, backend!, kind, name!, arguments is null ? [] : Encoding.UTF8.GetBytes(arguments));
        await ApiJson.WriteAsync(
            request.Context,
            json => JsonSerializer.Serialize(json, explanation, JsonSerializerOptions.Web));
        return null;
    }

    private static bool IsObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
