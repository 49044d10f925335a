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
        if (WasAllowed(row) is not { } wasAllowed || ToolCall.KindOf(row.Method) is not { } kind)
        {
            Report.AddNotCompared();
            return;
        }

        var (harshest, kindest) = Decide(row, kind);
        var flip = FlipOf(harshest, wasAllowed);

        // A name of that length is what a column had room for.
        if (flip != FlipOf(kindest, wasAllowed) || row.ToolName.Length >= AuditQuery.TextCharsMax)
        {
            flip = Flip.Undecidable;
        }

        if (flip is null)
        {
            Report.AddUnchanged();
            return;
        }

        Report.Add(
            flip.Value,
            row.ClientIssuer,
            row.ClientSubject,
            Spell(kind, row),
            (harshest.WouldRefuse ?? harshest).Rule,
            row.RequestId);
    }

    private static Flip? FlipOf(Decision decision, bool wasAllowed) => (decision, wasAllowed) switch
    {
        ({ IsAllowed: true }, false) => Flip.DeniedToAllowed,
        ({ IsAllowed: false }, true) => Flip.AllowedToDenied,
        ({ WouldRefuse: not null }, true) => Flip.OnTrial,
        _ => null,
    };

    // The two ends: whatever the arguments were, the decision was one of these. They are one where the row has them.
    private (Decision Harshest, Decision Kindest) Decide(StoredRow row, TargetKind kind)
    {
        var roles = RolesOf(row.ClientRole);
        var arguments = policy.HasArgumentRules
            ? RecordedArguments.Of(row.RequestArgs)
            : RecordedArguments.OfNoConcern;
        if (arguments.IsWhole)
        {
            var decision = Decide(row, kind, roles, arguments.Json.Span);
            return (decision, decision);
        }

        return (
            Decide(row, kind, roles, Unreadable),
            policy.DecideVisibility(roles, row.BackendName, kind, row.ToolName));
    }

    private Decision Decide(StoredRow row, TargetKind kind, string[] roles, ReadOnlySpan<byte> arguments) =>
        policy.Decide(roles, row.BackendName, kind, row.ToolName, arguments);

    private static string Spell(TargetKind kind, StoredRow row) => kind switch
    {
        TargetKind.Prompt => $"prompt:{row.BackendName}/{row.ToolName}",
        TargetKind.Resource => $"resource:{row.BackendName}/{row.ToolName}",
        _ => $"{row.BackendName}/{row.ToolName}",
    };

    // Null where the row does not say: the call was refused before the policy was asked, by a limit or for its pin.
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
