using Sentinel.Audit.Reading;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Cli.Replay;

/// <summary>Decides recorded calls anew, by another policy.</summary>
internal sealed class PolicyReplay(AccessPolicy policy)
{
    private const int RoleTextsMax = 10_000;

    private readonly Dictionary<string, string[]> _roles = new(StringComparer.Ordinal);

    public ReplayReport Report { get; } = new();

    public async Task RunAsync(IAsyncEnumerable<StoredRow> rows)
    {
        await foreach (var row in rows)
        {
            Add(row);
        }
    }

    public void Add(StoredRow row)
    {
        if (WasAllowed(row) is not { } wasAllowed)
        {
            Report.AddNotCompared();
            return;
        }

        var roles = RolesOf(row.ClientRole);
        var arguments = RecordedArguments.Of(row.RequestArgs);
        var decision = policy.Decide(
            roles, row.BackendName, TargetKind.Tool, row.ToolName, arguments.Json.Span);
        if (decision.IsAllowed == wasAllowed)
        {
            Report.AddUnchanged();
            return;
        }

        Report.Add(
            wasAllowed ? Flip.AllowedToDenied : Flip.DeniedToAllowed,
            row.ClientIssuer,
            row.ClientSubject,
            $"{row.BackendName}/{row.ToolName}",
            decision.Rule,
            row.RequestId);
    }

    // Null where the row does not say: the call was refused before the policy was asked, or its limit came first.
    private static bool? WasAllowed(StoredRow row) => row switch
    {
        { Decision: null } => null,
        { ResponseStatus: not "denied" } => true,
        { Reason: Decision.ReasonRbac or Decision.ReasonKillSwitch } => false,
        { Reason: Refusal.ReasonBatchRefused } => true,
        _ => null,
    };

    private string[] RolesOf(string text)
    {
        if (!_roles.TryGetValue(text, out var roles))
        {
            if (_roles.Count == RoleTextsMax)
            {
                _roles.Clear();
            }

            roles = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
            _roles.Add(text, roles);
        }

        return roles;
    }
}
