using System.Security.Cryptography;
using System.Text;
using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Configuration.Binding;
using Sentinel.Gateway.Configuration.Json;

namespace Sentinel.Gateway.Configuration;

/// <summary>Who may look in: faults and warnings of <c>Management</c>.</summary>
internal static class ManagementChecks
{
    private const string Section = "$.Sentinel.Management";
    private const string ViewerRoles = Section + ".ViewerRoles";
    private const string MetricsTokenEnv = Section + ".MetricsTokenEnv";
    private const int TokenCharsMin = 16;

    public static void Run(SentinelOptions options, FaultCollector faults)
    {
        var management = options.Management;
        if (!Uri.TryCreate(management.Url, UriKind.Absolute, out _))
        {
            faults.Add(
                $"{Section}.Url",
                $"{FaultText.Show(nameof(ManagementOptions.Url), management.Url)} is no URL; "
                    + "write one such as http://127.0.0.1:9090");
        }

        for (var i = 0; i < management.ViewerRoles.Count; i++)
        {
            CheckRole(options, management.ViewerRoles[i], JsonPath.Item(ViewerRoles, i), faults);
        }
    }

    /// <summary>Reads the token of metrics from the variable that is named.</summary>
    /// <returns>Its SHA-256; null where no variable is named, or where there is a fault.</returns>
    /// <remarks>No fault shows any of the token, not even where one was written in the variable's place.</remarks>
    public static byte[]? ReadMetricsToken(
        ManagementOptions options,
        IReadOnlyDictionary<string, string> environment,
        FaultCollector faults)
    {
        if (options.MetricsTokenEnv is not { } variable || faults.HasWithin(MetricsTokenEnv))
        {
            return null;
        }

        if (!EnvironmentText.IsVariableName(variable))
        {
            faults.Add(
                MetricsTokenEnv, $"this is no name of an environment variable; {EnvironmentText.VariableRemedy}");
            return null;
        }

        if (!environment.TryGetValue(variable, out var token) || token.Length < TokenCharsMin)
        {
            faults.Add(
                MetricsTokenEnv,
                $"the variable that it names holds no token of {TokenCharsMin} characters or more; set it, for example "
                    + "to what `openssl rand -hex 32` prints, or remove MetricsTokenEnv");
            return null;
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(token));
    }

    /// <summary>Roles that let in nobody, or would let in anybody: no faults, because a key may be added later.
    /// </summary>
    public static IEnumerable<string> Warn(SentinelOptions options, FaultCollector faults)
    {
        var roles = options.Management.ViewerRoles;
        for (var i = 0; i < roles.Count; i++)
        {
            var problem = (options.Authentication?.Anonymous?.Roles ?? []).Contains(roles[i], StringComparer.Ordinal)
                ? $"anonymous callers have the role '{roles[i]}', and still cannot sign in: the dashboard needs an "
                    + "API key or a token; make a role of its own for viewers"
                : RoleWarnings.IsGiven(options, roles[i])
                    ? null
                    : $"nobody who could sign in has the role '{roles[i]}': no API key, and no issuer's token";
            if (problem is not null)
            {
                yield return new ConfigurationFault(
                    faults.PlaceOf(JsonPath.Item(ViewerRoles, i)), problem).ToString();
            }
        }
    }

    private static void CheckRole(SentinelOptions options, string role, string path, FaultCollector faults)
    {
        // An effective role is one that the policy names, so that no caller could have any other.
        if (!faults.HasWithin("$.Sentinel.Rbac") && !options.Rbac.Roles.ContainsKey(role))
        {
            var remedy = Suggestion.Nearest(role, [.. options.Rbac.Roles.Keys]) is { } near
                ? $"did you mean '{near}'?"
                : "define it there, without grants if its callers are to see and not to call";
            faults.Add(path, $"the role '{role}' does not exist in Rbac.Roles; {remedy}");
        }
    }
}
