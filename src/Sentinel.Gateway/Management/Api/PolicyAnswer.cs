using System.Text;
using System.Text.Json;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Management.Api;

/// <summary>The policy in force: who there is, and what roles may do.</summary>
internal static class PolicyAnswer
{
    public static async Task<ApiError?> AnswerAsync(ApiRequest request)
    {
        if (CallFilters.Problem(request.Query, []) is { } problem)
        {
            return ApiError.BadRequest(problem);
        }

        var sentinel = request.Snapshot.Sentinel;
        var rbac = sentinel.Rbac;
        var authentication = sentinel.Authentication!;
        await ApiJson.WriteAsync(request.Context, json =>
        {
            json.WriteStartObject();
            json.WriteString("mode", rbac.Mode.ToString());
            json.WriteString("unknownMethods", rbac.UnknownMethods.ToString());
            json.WriteStartArray("roles");
            foreach (var (name, role) in rbac.Roles)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                WriteRules(json, "allow", role.Allow);
                WriteRules(json, "deny", role.Deny);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteTexts("disabled", rbac.Disabled.Select(pattern => pattern.ToString()));
            json.WriteStartObject("pinning");
            foreach (var (backend, mode) in rbac.Pinning)
            {
                json.WriteString(backend, mode.ToString());
            }

            json.WriteEndObject();
            json.WriteStartArray("callers");
            foreach (var key in authentication.ApiKeys)
            {
                WriteCaller(json, Caller.KeyPrefix + key.Name, "key", key.Roles, key.ExpiresAt);
            }

            if (authentication.Anonymous is { } anonymous)
            {
                WriteCaller(json, Caller.AnonymousSubject, "anonymous", anonymous.Roles, null);
            }

            json.WriteEndArray();
            json.WriteStartArray("roleMap");
            foreach (var (claim, role) in authentication.RoleMap)
            {
                json.WriteStartObject();
                json.WriteString("claim", claim);
                json.WriteString("role", role);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
        return null;
    }

    private static void WriteCaller(
        Utf8JsonWriter json,
        string subject,
        string kind,
        IReadOnlyList<string> roles,
        DateTimeOffset? expiresAt)
    {
        json.WriteStartObject();
        json.WriteString("subject", subject);
        json.WriteString("kind", kind);
        json.WriteTexts("roles", roles);
        json.WriteTime("expiresAt", expiresAt);
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, string name, IReadOnlyList<AccessRule> rules)
    {
        json.WriteStartArray(name);
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("text", rule.Tool.ToString());
            json.WriteString("conditions", Conditions(rule));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // For people; explain is for what follows from it.
    private static string? Conditions(AccessRule rule)
    {
        var text = new StringBuilder();
        foreach (var (path, test) in rule.Arguments)
        {
            text.Append(text.Length == 0 ? "" : "; ").Append(path).Append(' ').AppendJoin(", ", Words(test));
        }

        if (rule.Shadow)
        {
            text.Append(text.Length == 0 ? "on trial" : "; on trial");
        }

        return text.Length == 0 ? null : text.ToString();
    }

    private static IEnumerable<string> Words(ArgumentRule test)
    {
        if (test.Values.Count > 0)
        {
            yield return $"is {Any(test.Values)}";
        }

        if (test.OneOf.Count > 0)
        {
            yield return $"is exactly {Any(test.OneOf)}";
        }

        if (test.Min is { } min)
        {
            yield return $"at least {min.Text}";
        }

        if (test.Max is { } max)
        {
            yield return $"at most {max.Text}";
        }

        if (test.MaxLength is { } length)
        {
            yield return FormattableString.Invariant($"of {length} characters at most");
        }

        if (test.Regex is { } regex)
        {
            yield return $"matches {regex}";
        }

        if (test.Required is { } required)
        {
            yield return required ? "is there" : "or missing";
        }

        if (test.Absent)
        {
            yield return "is missing";
        }
    }

    private static string Any(IReadOnlyList<ArgumentValue> values) => string.Join(" or ", values.Select(value =>
        value.Kind == JsonValueKind.String ? $"\"{value.Text}\"" : value.Text));
}
