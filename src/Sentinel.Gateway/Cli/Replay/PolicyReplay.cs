using Sentinel.Audit.Reading;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Cli.Replay;

/// <summary>Decides recorded calls anew, by another policy.</summary>
internal sealed class PolicyReplay(AccessPolicy policy)
{
    private const int RoleTextsMax = 10_000;

    // Arguments that cannot be read meet the conditions of no grant, and of every rule that denies.
    private static ReadOnlySpan<byte> Unreadable => "?"u8;

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

        var (decision, isSure) = Decide(row);
        if (isSure && decision.IsAllowed == wasAllowed)
        {
            Report.AddUnchanged();
            return;
        }

        Report.Add(
            !isSure ? Flip.Undecidable : wasAllowed ? Flip.AllowedToDenied : Flip.DeniedToAllowed,
            row.ClientIssuer,
            row.ClientSubject,
            $"{row.BackendName}/{row.ToolName}",
            decision.Rule,
            row.RequestId);
    }

    private (Decision Decision, bool IsSure) Decide(StoredRow row)
    {
        var roles = RolesOf(row.ClientRole);
        var arguments = RecordedArguments.Of(row.RequestArgs);
        if (arguments.IsWhole)
        {
            return (Decide(row, roles, arguments.Json.Span), true);
        }

        // The two ends: whatever was sent, the decision was one of these.
        var kindest = policy.DecideVisibility(roles, row.BackendName, TargetKind.Tool, row.ToolName);
        var harshest = Decide(row, roles, Unreadable);
        return (harshest, kindest.IsAllowed == harshest.IsAllowed);
    }

    private Decision Decide(StoredRow row, string[] roles, ReadOnlySpan<byte> arguments) =>
        policy.Decide(roles, row.BackendName, TargetKind.Tool, row.ToolName, arguments);

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
