using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Audit;
using Sentinel.Gateway.Configuration.Json;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Configuration;

/// <summary>What single keys cannot show: rules between them.</summary>
/// <remarks>A check stays silent where what it builds on is faulty already, so that one slip is one fault.</remarks>
internal static partial class SentinelChecks
{
    private const string Section = "$.Sentinel";
    private const string Authentication = Section + ".Authentication";
    private const string ApiKeys = Authentication + ".ApiKeys";
    private const string Anonymous = Authentication + ".Anonymous";
    private const string Roles = Section + ".Rbac.Roles";

    public static void Run(SentinelOptions options, FaultCollector faults)
    {
        if (faults.HasAt(Section))
        {
            return;
        }

        CheckThatAccessIsDecided(options.Authentication, faults);
        IssuerChecks.Run(options, faults);
        AzureAdChecks.Run(options.Authentication, faults);
        CheckKeysAreDistinct(options.Authentication?.ApiKeys ?? [], faults);
        ApiKeyChecks.Run(options.Authentication, faults);
        CheckRoleNames(options.Rbac, faults);
        RuleChecks.Run(options.Rbac, faults);
        CheckRolesExist(options, faults);
        LimitsChecks.Run(options.Limits, faults);
        CheckAudit(options.Audit, faults);
        ManagementChecks.Run(options, faults);
    }

    private static void CheckThatAccessIsDecided(AuthenticationOptions? authentication, FaultCollector faults)
    {
        var isDecided = authentication is { ApiKeys.Count: > 0 } or { Issuers.Count: > 0 } or { AzureAd: not null }
            or { Anonymous: not null };
        string[] ways = [Authentication + ".AzureAd", Authentication + ".Issuers", ApiKeys, Anonymous];
        if (!isDecided && !faults.HasAt(Authentication) && !Array.Exists(ways, faults.HasWithin))
        {
            faults.Add(
                Authentication,
                "Sentinel refuses to serve without authentication; write AzureAd, Issuers or ApiKeys, "
                    + "or Anonymous to allow open access");
        }
    }

    private static void CheckKeysAreDistinct(IReadOnlyList<ApiKeyOptions> keys, FaultCollector faults)
    {
        // Two spellings of one name would read as two callers, and as one to a person.
        var names = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var hashes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < keys.Count; i++)
        {
            var path = JsonPath.Item(ApiKeys, i);
            if (keys[i].Name.Length > 0 && !names.TryAdd(keys[i].Name, i))
            {
                faults.Add(
                    JsonPath.Member(path, nameof(ApiKeyOptions.Name)),
                    $"the name '{keys[i].Name}' is taken by {JsonPath.Item("ApiKeys", names[keys[i].Name])}; "
                        + "write a name of its own");
            }

            if (keys[i].Sha256.Length > 0 && !hashes.TryAdd(keys[i].Sha256, i))
            {
                faults.Add(
                    JsonPath.Member(path, nameof(ApiKeyOptions.Sha256)),
                    $"this is the same key as {JsonPath.Item("ApiKeys", hashes[keys[i].Sha256])}; "
                        + "write one entry with the roles of both, or make another key");
            }
        }
    }

    private static void CheckRoleNames(RbacOptions rbac, FaultCollector faults)
    {
        foreach (var role in rbac.Roles.Keys.Where(role => !Names.IsValid(role)))
        {
            faults.Add(JsonPath.Member(Roles, role), $"'{role}' is no role name; {Names.Remedy}");
        }
    }

    private static void CheckRolesExist(SentinelOptions options, FaultCollector faults)
    {
        if (faults.HasAt(Roles) || faults.HasAt($"{Section}.Rbac"))
        {
            return;
        }

        var keys = options.Authentication?.ApiKeys ?? [];
        for (var i = 0; i < keys.Count; i++)
        {
            CheckRolesExist(keys[i].Roles, JsonPath.Item(ApiKeys, i), options.Rbac, faults);
        }

        CheckRolesExist(options.Authentication?.Anonymous?.Roles ?? [], Anonymous, options.Rbac, faults);
    }

    private static void CheckRolesExist(
        IReadOnlyList<string> roles,
        string path,
        RbacOptions rbac,
        FaultCollector faults)
    {
        var defined = rbac.Roles.Count == 0 ? "none is defined" : $"defined are {string.Join(", ", rbac.Roles.Keys)}";
        for (var i = 0; i < roles.Count; i++)
        {
            if (!rbac.Roles.ContainsKey(roles[i]))
            {
                faults.Add(
                    JsonPath.Item($"{path}.Roles", i),
                    $"the role '{roles[i]}' does not exist in Rbac.Roles; {defined}");
            }
        }
    }

    private static void CheckAudit(AuditOptions audit, FaultCollector faults)
    {
        if (audit.Batch.MaxRows > audit.Channel.Capacity)
        {
            faults.Add($"{Section}.Audit.Batch.MaxRows", string.Create(
                CultureInfo.InvariantCulture,
                $"A batch of {audit.Batch.MaxRows} never fills: the channel holds {audit.Channel.Capacity}."));
        }

        if (audit.Journal.MaxBytes < 16L * audit.MaxArgumentBytes)
        {
            faults.Add($"{Section}.Audit.Journal.MaxBytes", string.Create(
                CultureInfo.InvariantCulture,
                $"{audit.Journal.MaxBytes} bytes hold too few calls with arguments of {audit.MaxArgumentBytes} bytes; "
                + $"write {16L * audit.MaxArgumentBytes} at least, or lower Audit.MaxArgumentBytes."));
        }

        if (audit.RetentionDays is > 0 and < AuditOptions.RetentionDaysMin)
        {
            faults.Add($"{Section}.Audit.RetentionDays", string.Create(
                CultureInfo.InvariantCulture,
                $"{audit.RetentionDays} days are too few to look into anything; write "
                + $"{AuditOptions.RetentionDaysMin} at least, or 0 to keep rows for ever"));
        }

        for (var i = 0; i < audit.StrictFor.Count; i++)
        {
            try
            {
                _ = TargetPattern.Parse(audit.StrictFor[i], null);
            }
            catch (FormatException exception)
            {
                faults.Add(JsonPath.Item($"{Section}.Audit.StrictFor", i), exception.Message);
            }
        }

        if (!VariableName().IsMatch(audit.Postgres.UrlEnv))
        {
            faults.Add(
                $"{Section}.Audit.Postgres.UrlEnv",
                "this is no name of an environment variable; write the name, for example DATABASE_URL, "
                    + "and put the URL into that variable");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex VariableName();
}
