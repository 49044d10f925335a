using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class CrossCheckTests
{
    private const string NoAuthentication =
        "Sentinel refuses to serve without authentication; write AzureAd, Issuers or ApiKeys, or Anonymous to allow open "
        + "access";

    private static readonly string OtherHash = new('b', 64);

    [Theory]
    [InlineData("\"Rbac\": {}", "$.Sentinel.Authentication (line 2)")]
    [InlineData("\"Authentication\": {}", "$.Sentinel.Authentication (line 3)")]
    [InlineData("\"Authentication\": null", "$.Sentinel.Authentication (line 3)")]
    [InlineData("\"Authentication\": { \"ApiKeys\": [] }", "$.Sentinel.Authentication (line 3)")]
    [InlineData("\"Authentication\": { \"Anonymous\": null }", "$.Sentinel.Authentication (line 3)")]
    public async Task Open_access_has_to_be_written_down(string member, string place) =>
        await Reading.AssertFaultsAsync($"{place}: {NoAuthentication}", Reading.File(member));

    [Fact]
    public async Task A_file_without_a_Sentinel_section_is_refused() =>
        await Reading.AssertFaultsAsync(
            $"$.Sentinel.Authentication (line 1): {NoAuthentication}",
            $$"""{ "ReverseProxy": {{Reading.ValidProxy}} }""");

    [Fact]
    public async Task A_Sentinel_section_that_is_no_object_is_one_fault() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel (line 1): this is a boolean; write an object: { … }",
            $$"""{ "Sentinel": true, "ReverseProxy": {{Reading.ValidProxy}} }""");

    [Fact]
    public async Task A_faulty_key_is_not_also_reported_as_no_authentication() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Authentication.ApiKeys (line 3): this is an object; write a list: [ … ]",
            Reading.File("""  "Authentication": { "ApiKeys": {} }"""));

    [Fact]
    public async Task Anonymous_without_roles_is_open_access_written_down() =>
        Assert.NotNull((await Reading.ReadValidAsync(Reading.File("""  "Authentication": { "Anonymous": {} }""")))
            .Sentinel.Authentication!.Anonymous);

    [Fact]
    public async Task Keys_need_names_and_hashes_of_their_own() =>
        await Reading.AssertFaultsAsync(
            """
            $.Sentinel.Authentication.ApiKeys[1].Name (line 5): the name 'CI' is taken by ApiKeys[0]; write a name \
            of its own
            $.Sentinel.Authentication.ApiKeys[2].Sha256 (line 6): this is the same key as ApiKeys[0]; write one \
            entry with the roles of both, or make another key
            """,
            Reading.File(
                $$"""
                "Authentication": { "ApiKeys": [
                { "Name": "ci", "Sha256": "{{Reading.Hash}}" },
                { "Name": "CI", "Sha256": "{{OtherHash}}" },
                { "Name": "x", "Sha256": "{{Reading.Hash}}" }] }
                """));

    [Theory]
    [InlineData("")]
    [InlineData("not-a-hash")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\n")]
    public async Task A_hash_that_no_key_can_have_is_refused(string hash)
    {
        var result = await Reading.ReadAsync(
            Reading.File($$"""  "Authentication": { "ApiKeys": [{ "Name": "a", "Sha256": "{{hash}}" }] }"""));

        var fault = Assert.Single(result.Faults);
        Assert.Equal("$.Sentinel.Authentication.ApiKeys[0].Sha256", fault.Path);
        Assert.EndsWith(
            "write the SHA-256 of the key as 64 lower-case hex digits; make one with: printf %s \"$KEY\" | sha256sum",
            fault.Problem,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a/b")]
    [InlineData("a\\n")]
    [InlineData("ä")]
    public async Task Names_that_would_need_escaping_are_refused(string name)
    {
        var result = await Reading.ReadAsync(Reading.File(
            $$"""
            "Authentication": { "ApiKeys": [{ "Name": "{{name}}", "Sha256": "{{Reading.Hash}}" }] },
            "Rbac": { "Roles": { "{{name}}": {} } }
            """));

        Assert.Equal(2, result.Faults.Count);
        Assert.All(result.Faults, fault => Assert.EndsWith(
            "write letters, digits, '_', '.' and '-' only", fault.Problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Roles_that_are_not_defined_are_refused() =>
        await Reading.AssertFaultsAsync(
            """
            $.Sentinel.Authentication.ApiKeys[0].Roles[1] (line 3): the role 'Reader' does not exist in Rbac.Roles; \
            defined are reader, admin
            $.Sentinel.Authentication.Anonymous.Roles[0] (line 5): the role 'guest' does not exist in Rbac.Roles; \
            defined are reader, admin
            """,
            Reading.File(
                $$"""
                "Authentication": { "ApiKeys": [{ "Roles": ["reader", "Reader"], "Name": "a",
                "Sha256": "{{Reading.Hash}}" }],
                "Anonymous": { "Roles": ["guest"] } },
                "Rbac": { "Roles": { "reader": {}, "admin": {} } }
                """));

    [Fact]
    public async Task A_role_is_refused_where_none_is_defined() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Authentication.Anonymous.Roles[0] (line 3): "
                + "the role 'guest' does not exist in Rbac.Roles; none is defined",
            Reading.File("""  "Authentication": { "Anonymous": { "Roles": ["guest"] } }"""));

    [Fact]
    public async Task A_role_with_a_fault_in_it_is_still_defined() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Rbac.Roles.guest (line 4): this is a number; write an object: { … }",
            Reading.File(
                """  "Authentication": { "Anonymous": { "Roles": ["guest"] } }""",
                """  "Rbac": { "Roles": { "guest": 1 } }"""));

    [Theory]
    [InlineData("\"Batch\": { \"MaxRows\": 1025 }", "A batch of 1025 never fills: the channel holds 1024.")]
    [InlineData("\"Channel\": { \"Capacity\": 999 }", "A batch of 1000 never fills: the channel holds 999.")]
    public async Task A_batch_that_never_fills_is_refused_with_both_numbers(string member, string problem) =>
        await Reading.AssertFaultsAsync(
            $"$.Sentinel.Audit.Batch.MaxRows (line 4): {problem}",
            Reading.OpenFile($$"""  "Audit": { {{member}} }"""));

    [Theory]
    [InlineData("https://127.0.0.1:9090")]
    [InlineData("http://127.0.0.1")]
    [InlineData("127.0.0.1:9090")]
    [InlineData("http://127.0.0.1:9090/metrics")]
    [InlineData("http://user@127.0.0.1:9090")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("")]
    public async Task A_management_url_that_cannot_be_listened_on_is_refused(string url)
    {
        var result = await Reading.ReadAsync(Reading.OpenFile($$"""  "Management": { "Url": "{{url}}" }"""));

        Assert.Equal("$.Sentinel.Management.Url", Assert.Single(result.Faults).Path);
    }

    [Fact]
    public async Task Rules_about_backends_that_do_not_exist_are_warned_of()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.OpenFile(
            """
            "Rbac": { "Roles": { "r": {
              "Allow": ["a/x", "*", "*/y", "A/x", "gihub/*", "git*/x"],
              "Deny": ["A/secret", "b/secret"] } },
              "Disabled": ["c/x"] }
            """));

        Assert.Equal(
            [
                "$.Sentinel.Rbac.Roles.r.Allow[3] (line 5): "
                    + "'A/x' matches nothing: there is no backend 'A' in ReverseProxy.Clusters",
                "$.Sentinel.Rbac.Roles.r.Allow[4] (line 5): "
                    + "'gihub/*' matches nothing: there is no backend 'gihub' in ReverseProxy.Clusters",
                "$.Sentinel.Rbac.Roles.r.Deny[1] (line 6): "
                    + "'b/secret' matches nothing: there is no backend 'b' in ReverseProxy.Clusters",
                "$.Sentinel.Rbac.Disabled[0] (line 7): "
                    + "'c/x' matches nothing: there is no backend 'c' in ReverseProxy.Clusters",
            ],
            snapshot.Warnings.Where(warning => !warning.Contains("nobody has", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(", \"ApiKeys\": [{ \"Name\": \"k\", \"Sha256\": \"$HASH\", \"Roles\": [\"r\"] }]", false)]
    [InlineData(", \"Issuers\": [{ \"Authority\": \"https://i.example\", \"Audiences\": [\"a\"] }]", false)]
    [InlineData(
        ", \"Issuers\": [{ \"Authority\": \"https://i.example\", \"Audiences\": [\"a\"], \"RoleClaims\": [] }]", true)]
    [InlineData(
        ", \"Issuers\": [{ \"Authority\": \"https://i.example\", \"Audiences\": [\"a\"], \"RoleClaims\": [] }]"
            + ", \"RoleMap\": { \"grp\": \"r\" }",
        false)]
    public async Task A_role_that_nobody_can_have_is_warned_of(string source, bool isWarnedOf)
    {
        var snapshot = await Reading.ReadValidAsync(
            $$"""
            { "ReverseProxy": {{Reading.ValidProxy}}, "Sentinel": {
              "Authentication": { "Anonymous": {}{{source.Replace("$HASH", new string('0', 64), StringComparison.Ordinal)}} },
              "Rbac": { "Roles": { "r": { "Allow": ["*"] } } }
            } }
            """);

        Assert.Equal(
            isWarnedOf,
            snapshot.Warnings.Any(warning => warning.Contains("nobody has the role 'r'", StringComparison.Ordinal)));
    }
}
