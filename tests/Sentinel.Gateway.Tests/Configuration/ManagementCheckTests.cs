using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class ManagementCheckTests
{
    private const string Roles = """  "Rbac": { "Roles": { "auditor": {}, "guest": {} } }""";

    [Fact]
    public async Task Nobody_views_unless_it_is_written_down()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.OpenFile());

        Assert.Empty(snapshot.Sentinel.Management.ViewerRoles);
        Assert.Null(snapshot.MetricsTokenHash);
    }

    [Fact]
    public async Task A_viewer_role_has_to_be_one_of_the_policys() =>
        await Reading.AssertFaultsAsync(
            """
            $.Sentinel.Management.ViewerRoles[0] (line 5): the role 'auditors' does not exist in Rbac.Roles; did you \
            mean 'auditor'?
            $.Sentinel.Management.ViewerRoles[1] (line 5): the role 'x' does not exist in Rbac.Roles; define it there, \
            without grants if its callers are to see and not to call
            """,
            Reading.OpenFile(Roles, """  "Management": { "ViewerRoles": ["auditors", "x"] }"""));

    [Fact]
    public async Task A_viewer_role_that_nobody_could_sign_in_with_is_warned_of()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.File(
            $$"""
            "Authentication": { "Anonymous": { "Roles": ["guest"] }, "ApiKeys": [
              { "Name": "a", "Sha256": "{{Reading.Hash}}", "Roles": [] }] }
            """,
            Roles,
            """  "Management": { "ViewerRoles": ["auditor", "guest"] }"""));

        Assert.Contains(snapshot.Warnings, warning => warning.StartsWith(
            "$.Sentinel.Management.ViewerRoles[0] (line 6): nobody who could sign in has the role 'auditor'",
            StringComparison.Ordinal));
        Assert.Contains(snapshot.Warnings, warning => warning.StartsWith(
            "$.Sentinel.Management.ViewerRoles[1] (line 6): anonymous callers have the role 'guest', and still cannot",
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_viewer_role_that_a_key_has_is_not()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.File(
            $$"""
            "Authentication": { "ApiKeys": [{ "Name": "a", "Sha256": "{{Reading.Hash}}", "Roles": ["auditor"] }] }
            """,
            """  "Rbac": { "Roles": { "auditor": {} } }""",
            """  "Management": { "ViewerRoles": ["auditor"] }"""));

        Assert.DoesNotContain(snapshot.Warnings, warning => warning.Contains("ViewerRoles", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("fifteen-charact")]
    public async Task A_metrics_token_that_is_none_is_refused_and_its_variable_not_named(string token)
    {
        var result = await Reading.ReadAsync(
            Reading.OpenFile("""  "Management": { "MetricsTokenEnv": "METRICS_TOKEN" }"""), ("METRICS_TOKEN", token));

        var fault = Assert.Single(result.Faults);
        Assert.Equal("$.Sentinel.Management.MetricsTokenEnv", fault.Path);
        Assert.DoesNotContain("METRICS_TOKEN", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_name_of_a_variable_is_refused() =>
        await Reading.AssertFaultsAsync(
            """
            $.Sentinel.Management.MetricsTokenEnv (line 4): this is no name of an environment variable; write the name \
            of an environment variable, and put the secret into that variable
            """,
            Reading.OpenFile("""  "Management": { "MetricsTokenEnv": "a b" }"""));

    [Fact]
    public async Task Of_the_token_only_its_hash_is_kept()
    {
        const string Token = "0123456789abcdef";

        var snapshot = await Reading.ReadValidAsync(
            Reading.OpenFile("""  "Management": { "MetricsTokenEnv": "METRICS_TOKEN" }"""), ("METRICS_TOKEN", Token));

        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(Token)), snapshot.MetricsTokenHash);
    }
}
