using Sentinel.Audit;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Which role may use which tool, of those that were called lately or are approved.</summary>
internal sealed class MatrixAnswer(StoreQuestions questions, ReadLog log, TimeProvider time)
{
    private const int ToolsMax = 500;

    private static readonly TimeSpan Range = TimeSpan.FromDays(30);

    public async Task<ApiError?> AnswerAsync(ApiRequest request)
    {
        if (CallFilters.Problem(request.Query, []) is { } problem)
        {
            return ApiError.BadRequest(problem);
        }

        using var reading = log.Begin(request, "tools of the last 30 days, for the matrix");
        var (recorded, isCut, note) = await RecordedAsync(request.Cancelled);
        var policy = request.Snapshot.Policy;
        var roles = request.Snapshot.Sentinel.Rbac.Roles.Keys.Order(StringComparer.Ordinal).ToList();
        var tools = recorded.Concat(request.Snapshot.Pins.Tools).Distinct()
            .OrderBy(tool => tool.Backend, StringComparer.Ordinal)
            .ThenBy(tool => tool.Tool, StringComparer.Ordinal)
            .ToList();
        await ApiJson.WriteListAsync(
            request.Context,
            "tools",
            tools.Take(ToolsMax),
            (json, tool) =>
            {
                json.WriteStartObject();
                json.WriteString("backend", tool.Backend);
                json.WriteString("tool", tool.Tool);
                json.WriteTexts("cells", roles.Select(role => Cell(policy, role, tool)));
                json.WriteEndObject();
            },
            json =>
            {
                json.WriteTexts("roles", roles);
                json.WriteBoolean("truncated", isCut || tools.Count > ToolsMax);
                json.WriteString("note", note);
            });
        reading.Rows = recorded.Count;
        reading.IsWhole = note is null;
        return null;
    }

    // What the policy says is true whether or not the store can be asked what was called.
    private async Task<(List<(string Backend, string Tool)> Tools, bool IsCut, string? Note)> RecordedAsync(
        CancellationToken cancellationToken)
    {
        try
        {
            using var place = await questions.EnterAsync(cancellationToken);
            if (place is null)
            {
                return ([], true, ApiError.Busy.Message);
            }

            var query = new AuditQuery { From = time.GetUtcNow() - Range, Limit = ToolsMax };
            var statistics = await questions.Reader.ReadStatisticsAsync(query, AuditGrouping.Tool, cancellationToken);
            return ([.. statistics.Groups.Select(group => Split(group.Key))], statistics.GroupCount > ToolsMax, null);
        }
        catch (AuditReadException exception)
        {
            return ([], true, exception.Message);
        }
        catch (AuditConfigurationException)
        {
            return ([], false, ApiError.NoStore.Message);
        }
    }

    private static (string Backend, string Tool) Split(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? ("", key) : (key[..slash], key[(slash + 1)..]);
    }

    private static string Cell(AccessPolicy policy, string role, (string Backend, string Tool) tool)
    {
        string[] roles = [role];
        var some = policy.DecideVisibility(roles, tool.Backend, TargetKind.Tool, tool.Tool);
        if (some.Reason == Decision.ReasonKillSwitch)
        {
            return "disabled";
        }

        if (!Passes(policy, some))
        {
            return "deny";
        }

        return Passes(policy, policy.DecideWhatever(roles, tool.Backend, TargetKind.Tool, tool.Tool))
            ? "allow"
            : "conditional";
    }

    // In Shadow nothing is refused; what is shown is what Enforce would do.
    private static bool Passes(AccessPolicy policy, Decision decision) =>
        decision.IsAllowed && !(policy.IsShadow && decision.WouldRefuse is not null);
}
