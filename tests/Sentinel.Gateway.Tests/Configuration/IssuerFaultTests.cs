using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

/// <summary>What is wrong with who may vouch for callers, found at start.</summary>
public sealed class IssuerFaultTests
{
    private const string Id = "11111111-1111-4111-8111-111111111111";
    private const string OtherId = "22222222-2222-4222-8222-222222222222";

    [Theory]
    [InlineData("""{ "Audiences": ["x"] }""", "", "the key Authority is missing; write the issuer's URL")]
    [InlineData("""{ "Authority": "idp", "Audiences": ["x"] }""", ".Authority", "'idp' cannot be used; write the issuer's")]
    [InlineData("""{ "Authority": "https://a?x=1", "Audiences": ["x"] }""", ".Authority", "'https://a?x=1' cannot be used")]
    [InlineData("""{ "Authority": "https://u@a", "Audiences": ["x"] }""", ".Authority", "'https://u@a' cannot be used")]
    [InlineData("""{ "Authority": "https://a:99999", "Audiences": ["x"] }""", ".Authority", "'https://a:99999' is no URL")]
    [InlineData("""{ "Authority": "http://idp", "Audiences": ["x"] }""", ".Authority", "this is not https")]
    [InlineData(
        """{ "Authority": "https://idp", "MetadataAddress": "http://idp/d", "Audiences": ["x"] }""",
        ".MetadataAddress",
        "this is not https")]
    [InlineData("""{ "Authority": "https://idp" }""", "", "the key Audiences is missing or empty, so that a token for")]
    [InlineData("""{ "Authority": "https://idp", "Audiences": [] }""", "", "the key Audiences is missing or empty")]
    [InlineData("""{ "Authority": "https://idp", "Audiences": [""] }""", ".Audiences[0]", "this is empty or holds a space")]
    [InlineData(
        """{ "Authority": "https://idp", "Audiences": ["x"], "Scopes": ["a b"] }""",
        ".Scopes[0]",
        "this is empty or holds a space; write one value, and further ones as items of their own")]
    [InlineData(
        """{ "Authority": "https://idp", "Audiences": ["x"], "SubjectClaims": [] }""", ".SubjectClaims", "nobody would have")]
    [InlineData(
        """{ "Authority": "https://idp", "Audiences": ["x"], "ClockSkewSeconds": 301 }""",
        ".ClockSkewSeconds",
        "'301' is out of range; write a number from 0 to 300")]
    [InlineData(
        """{ "Authority": "https://idp", "Audiences": ["x"], "Audience": "y" }""", ".Audience", "unknown key 'Audience'")]
    public Task An_issuer_that_cannot_be_trusted_is_a_fault(string issuer, string path, string problem) =>
        AssertFaultAsync($$"""{ "Issuers": [{{issuer}}] }""", $".Issuers[0]{path}", problem);

    [Theory]
    [InlineData("{}", "", "the key ClientId is missing; write the application (client) id")]
    [InlineData($$"""{ "ClientId": "{{Id}}" }""", "", "the key TenantId is missing; write the tenant's id")]
    [InlineData("""{ "ClientId": "my-app", "TenantId": "common" }""", ".ClientId", "'my-app' cannot be used; write the")]
    [InlineData($$"""{ "ClientId": "{{Id}}", "TenantId": "a/b" }""", ".TenantId", "'a/b' cannot be used; write the tenant's")]
    [InlineData(
        $$"""{ "ClientId": "{{Id}}", "TenantId": "{{Id}}", "Instance": "http://login.example/" }""",
        ".Instance",
        "this is not https")]
    [InlineData(
        $$"""{ "ClientId": "{{Id}}", "Authority": "https://login.microsoftonline.com" }""",
        ".Authority",
        "the tenant is missing; write https://HOST/TENANT/v2.0")]
    [InlineData(
        $$"""{ "ClientId": "{{Id}}", "TenantId": "x", "Instance": "https://contoso.b2clogin.com/" }""",
        ".Instance",
        "Azure AD B2C and Entra External ID name their tokens' issuer otherwise; write an entry of Issuers")]
    [InlineData(
        $$"""{ "ClientId": "{{Id}}", "Authority": "https://contoso.ciamlogin.com/x" }""", ".Authority", "Azure AD B2C and")]
    [InlineData(
        $$"""{ "ClientId": "{{Id}}", "TenantId": "organizations", "AllowedTenants": ["contoso.com"] }""",
        ".AllowedTenants[0]",
        "'contoso.com' is no tenant id, which is what tokens name")]
    [InlineData(
        $$"""{ "ClientId": "{{Id}}", "TenantId": "{{Id}}", "AllowedTenants": ["{{OtherId}}"] }""",
        ".AllowedTenants",
        "the one tenant of TenantId is not allowed, so that nobody is")]
    [InlineData(
        $$"""{ "ClientId": "{{Id}}", "TenantId": "x", "SignUpSignInPolicyId": "b2c" }""",
        ".SignUpSignInPolicyId",
        "unknown key 'SignUpSignInPolicyId'")]
    [InlineData(
        $$"""{ "ClientId": "{{Id}}", "TenantId": "x", "TokenValidationParameters": { "ValidAudiences": [" "] } }""",
        ".TokenValidationParameters.ValidAudiences[0]",
        "this is empty or holds a space")]
    public Task A_section_of_Entra_ID_that_cannot_work_is_a_fault(string section, string path, string problem) =>
        AssertFaultAsync($$"""{ "AzureAd": {{section}} }""", $".AzureAd{path}", problem);

    [Fact]
    public async Task Two_entries_of_one_issuer_are_a_fault() => await AssertFaultAsync(
        """
        { "Issuers": [ { "Authority": "https://idp/a", "Audiences": ["x"] },
          { "Authority": "https://idp/a/", "Audiences": ["y"] } ] }
        """.ReplaceLineEndings(" "),
        ".Issuers[1].Authority",
        "this is the issuer of Issuers[0]; write one entry for both");

    [Fact]
    public async Task A_value_that_stands_for_no_role_is_a_fault() => await AssertFaultAsync(
        """{ "Anonymous": {}, "RoleMap": { "grp": "admin" } }""",
        ".RoleMap.grp",
        "the role 'admin' does not exist in Rbac.Roles");

    [Fact]
    public async Task Any_tenant_of_the_world_is_warned_of()
    {
        var warned = await WarningsAsync($$"""{ "ClientId": "{{Id}}", "TenantId": "organizations" }""");
        var restricted = await WarningsAsync(
            $$"""{ "ClientId": "{{Id}}", "TenantId": "common", "AllowedTenants": ["{{Id}}"] }""");
        var single = await WarningsAsync($$"""{ "ClientId": "{{Id}}", "TenantId": "contoso.com" }""");

        Assert.Contains("every Entra ID tenant in the world", Assert.Single(warned), StringComparison.Ordinal);
        Assert.Empty(restricted.Concat(single));
    }

    [Fact]
    public async Task Issuers_alone_are_authentication() => Assert.Single(
        (await Reading.ReadValidAsync(Reading.File(
            """ "Authentication": { "Issuers": [{ "Authority": "https://idp", "Audiences": ["x"] }] }""")))
        .Sentinel.Authentication!.Issuers);

    private static async Task<IReadOnlyList<string>> WarningsAsync(string section) =>
        (await Reading.ReadValidAsync(Reading.File($$""" "Authentication": { "AzureAd": {{section}} }"""))).Warnings;

    private static async Task AssertFaultAsync(string authentication, string path, string problem)
    {
        var result = await Reading.ReadAsync(Reading.File($"\"Authentication\": {authentication}"));

        var fault = Assert.Single(result.Faults);
        Assert.Equal("$.Sentinel.Authentication" + path, fault.Path);
        Assert.StartsWith(problem, fault.Problem, StringComparison.Ordinal);
    }
}
