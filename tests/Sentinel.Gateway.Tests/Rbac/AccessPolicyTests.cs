using Sentinel.Gateway.Rbac;
using Xunit;

namespace Sentinel.Gateway.Tests.Rbac;

public sealed class AccessPolicyTests
{
    private static readonly AccessPolicy Policy = AccessPolicy.Compile(new RbacOptions
    {
        Roles = new Dictionary<string, RoleOptions>(StringComparer.Ordinal)
        {
            ["admin"] = Role(["*"]),
            ["analyst"] = Role(["github/search_*", "github/get_*", "notes/*"], ["notes/delete_*"]),
            ["careful"] = Role(["*/get_*"], ["*/*secret*", "prod/*"]),
            ["guest"] = Role(["notes/list_notes"]),
            ["barred"] = Role([], ["*"]),
            ["empty"] = Role([]),
        },
        Disabled = Patterns("github/delete_repo", "legacy/*", "*/format_*"),
    });

    [Theory]
    [InlineData("", "notes", "list_notes", "no grant")]
    [InlineData("nobody", "notes", "list_notes", "no grant")]
    [InlineData("Guest", "notes", "list_notes", "no grant")]
    [InlineData("guest ", "notes", "list_notes", "no grant")]
    [InlineData("*", "notes", "list_notes", "no grant")]
    [InlineData("empty", "notes", "list_notes", "no grant")]
    [InlineData("guest", "notes", "List_notes", "no grant")]
    [InlineData("guest", "notes", "list_notes ", "no grant")]
    [InlineData("guest", "notes", "list_notes\0", "no grant")]
    [InlineData("guest", "notes", "list_note", "no grant")]
    [InlineData("guest", "notes", "list_notes2", "no grant")]
    [InlineData("guest", "notes", "*", "no grant")]
    [InlineData("guest", "notes", "", "no grant")]
    [InlineData("guest", "Notes", "list_notes", "no grant")]
    [InlineData("guest", "notes2", "list_notes", "no grant")]
    [InlineData("guest", "", "list_notes", "no grant")]
    [InlineData("guest", "", "notes/list_notes", "no grant")]
    [InlineData("analyst", "github", "create_issue", "no grant")]
    [InlineData("analyst", "github", "SEARCH_code", "no grant")]
    [InlineData("analyst", "github", "xsearch_code", "no grant")]
    [InlineData("analyst", "gitlab", "search_code", "no grant")]
    [InlineData("analyst", "github", "\u017Fearch_code", "no grant")]
    [InlineData("careful", "github", "set_issue", "no grant")]
    [InlineData("guest,empty", "github", "search_code", "no grant")]
    [InlineData("analyst", "notes", "delete_note", "analyst: deny notes/delete_*")]
    [InlineData("analyst", "notes", "Delete_note", "analyst: deny notes/delete_*")]
    [InlineData("analyst", "notes", "DELETE_NOTE", "analyst: deny notes/delete_*")]
    [InlineData("analyst", "NOTES", "delete_note", "analyst: deny notes/delete_*")]
    [InlineData("analyst", "notes", "delete_", "analyst: deny notes/delete_*")]
    [InlineData("analyst", "note\u017F", "delete_note", "analyst: deny notes/delete_*")]
    [InlineData("analyst,admin", "notes", "delete_note", "analyst: deny notes/delete_*")]
    [InlineData("admin,analyst", "notes", "delete_note", "analyst: deny notes/delete_*")]
    [InlineData("admin,careful", "files", "get_secret", "careful: deny */*secret*")]
    [InlineData("admin,careful", "files", "SECRETS", "careful: deny */*secret*")]
    [InlineData("admin,careful", "files", "\u017Fecret", "careful: deny */*secret*")]
    [InlineData("admin,careful", "prod", "anything", "careful: deny prod/*")]
    [InlineData("admin,careful", "PROD", "anything", "careful: deny prod/*")]
    [InlineData("careful", "prod", "get_it", "careful: deny prod/*")]
    [InlineData("barred", "notes", "list_notes", "barred: deny *")]
    [InlineData("admin,barred", "notes", "list_notes", "barred: deny *")]
    [InlineData("barred,careful", "prod", "x", "barred: deny *")]
    [InlineData("careful,barred", "prod", "x", "careful: deny prod/*")]
    [InlineData("barred,unknown", "", "", "barred: deny *")]
    [InlineData("admin", "github", "delete_repo", "kill switch: disabled github/delete_repo")]
    [InlineData("admin", "github", "Delete_Repo", "kill switch: disabled github/delete_repo")]
    [InlineData("admin", "GITHUB", "delete_repo", "kill switch: disabled github/delete_repo")]
    [InlineData("", "github", "delete_repo", "kill switch: disabled github/delete_repo")]
    [InlineData("barred", "github", "delete_repo", "kill switch: disabled github/delete_repo")]
    [InlineData("admin", "legacy", "anything", "kill switch: disabled legacy/*")]
    [InlineData("admin", "Legacy", "", "kill switch: disabled legacy/*")]
    [InlineData("admin", "files", "format_disk", "kill switch: disabled */format_*")]
    [InlineData("admin", "files", "FORMAT_disk", "kill switch: disabled */format_*")]
    [InlineData("analyst", "notes", "format_note", "kill switch: disabled */format_*")]
    public void A_call_is_refused(string roles, string backend, string tool, string rule)
    {
        var decision = Decide(roles, backend, tool);

        Assert.False(decision.IsAllowed);
        Assert.Equal(rule, decision.Reason == Decision.ReasonKillSwitch ? $"kill switch: {decision.Rule}" : decision.Rule);
        Assert.Contains(decision.Reason, new[] { Decision.ReasonRbac, Decision.ReasonKillSwitch });
    }

    [Theory]
    [InlineData("admin", "notes", "delete_note", "admin: allow *")]
    [InlineData("admin", "github", "delete_repo2", "admin: allow *")]
    [InlineData("admin", "github", "", "admin: allow *")]
    [InlineData("admin", "files", "reformat_disk", "admin: allow *")]
    [InlineData("analyst", "github", "search_code", "analyst: allow github/search_*")]
    [InlineData("analyst", "github", "search_", "analyst: allow github/search_*")]
    [InlineData("analyst", "github", "get_issue", "analyst: allow github/get_*")]
    [InlineData("analyst", "notes", "undelete_note", "analyst: allow notes/*")]
    [InlineData("careful", "github", "get_issue", "careful: allow */get_*")]
    [InlineData("guest", "notes", "list_notes", "guest: allow notes/list_notes")]
    [InlineData("guest,analyst", "github", "search_code", "analyst: allow github/search_*")]
    [InlineData("guest,analyst", "notes", "list_notes", "guest: allow notes/list_notes")]
    [InlineData("unknown,guest", "notes", "list_notes", "guest: allow notes/list_notes")]
    [InlineData("empty,careful", "files", "get_x", "careful: allow */get_*")]
    public void A_call_is_allowed(string roles, string backend, string tool, string rule) =>
        Assert.Equal(new Decision(true, null, rule), Decide(roles, backend, tool) with { Path = null });

    [Fact]
    public void Without_roles_nobody_may_do_anything() =>
        Assert.Same(Decision.NoGrant, AccessPolicy.Compile(new RbacOptions()).Decide(["admin"], "a", TargetKind.Tool, "b", default));

    [Fact]
    public void Only_roles_that_the_policy_names_are_known()
    {
        Assert.True(Policy.HasRole("guest"));
        Assert.False(Policy.HasRole("Guest"));
        Assert.False(Policy.HasRole(""));
    }

    private static Decision Decide(string roles, string backend, string tool) =>
        Policy.Decide(
            roles.Split(',', StringSplitOptions.RemoveEmptyEntries), backend, TargetKind.Tool, tool, arguments: default);

    private static RoleOptions Role(string[] allow, params string[] deny) =>
        new() { Allow = Rules(allow), Deny = Rules(deny) };

    private static AccessRule[] Rules(string[] patterns) => [.. Patterns(patterns).Select(p => new AccessRule { Tool = p })];

    private static TargetPattern[] Patterns(params string[] patterns) =>
        [.. patterns.Select(p => TargetPattern.Parse(p, null))];
}
