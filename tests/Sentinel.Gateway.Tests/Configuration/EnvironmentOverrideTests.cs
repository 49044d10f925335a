using Sentinel.Audit;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class EnvironmentOverrideTests
{
    [Theory]
    [InlineData("Sentinel__Audit__Store")]
    [InlineData("SENTINEL__AUDIT__STORE")]
    [InlineData("sentinel__audit__store")]
    public async Task A_variable_wins_over_the_file_whatever_its_case(string name)
    {
        var snapshot = await Reading.ReadValidAsync(
            Reading.OpenFile("""  "Audit": { "Store": "Postgres", "MaxArgumentBytes": 2048 }"""), (name, "Sqlite"));

        Assert.Equal(AuditStoreKind.Sqlite, snapshot.Sentinel.Audit.Store);
        Assert.Equal(2048, snapshot.Sentinel.Audit.MaxArgumentBytes);
    }

    [Fact]
    public async Task A_variable_is_typed_as_its_property_demands()
    {
        var snapshot = await Reading.ReadValidAsync(
            Reading.OpenFile(),
            ("Sentinel__Audit__Enabled", "FALSE"),
            ("Sentinel__Limits__MaxRequestBodyBytes", "1073741824"),
            ("Sentinel__Audit__Sqlite__Path", "true"));

        Assert.False(snapshot.Sentinel.Audit.Enabled);
        Assert.Equal(1073741824, snapshot.Sentinel.Limits.MaxRequestBodyBytes);
        Assert.Equal("true", snapshot.Sentinel.Audit.Sqlite.Path);
    }

    [Fact]
    public async Task Lists_and_maps_can_be_written_without_the_file()
    {
        var environment = Enumerable.Range(0, 12)
            .Select(i => ($"Sentinel__Rbac__Roles__ops__Allow__{i}", $"a/t{i}"))
            .Append(("Sentinel__Authentication__Anonymous__Roles__0", "ops"));

        var snapshot = await Reading.ReadValidAsync(
            $$"""{ "ReverseProxy": {{Reading.ValidProxy}} }""", [.. environment]);

        Assert.Equal(
            Enumerable.Range(0, 12).Select(i => $"a/t{i}"),
            snapshot.Sentinel.Rbac.Roles["ops"].Allow.Select(rule => rule.Tool.ToString()));
        Assert.Equal(["ops"], snapshot.Sentinel.Authentication!.Anonymous!.Roles);
    }

    [Fact]
    public async Task A_map_keeps_its_key_as_the_file_spells_it()
    {
        var snapshot = await Reading.ReadValidAsync(
            Reading.OpenFile("""  "Rbac": { "Roles": { "Admin": { "Allow": ["a/x", "a/y"] } } }"""),
            ("Sentinel__Rbac__Roles__ADMIN__Allow__1", "a/z"));

        Assert.Equal(["Admin"], snapshot.Sentinel.Rbac.Roles.Keys);
        Assert.Equal(["a/x", "a/z"], snapshot.Sentinel.Rbac.Roles["Admin"].Allow.Select(rule => rule.Tool.ToString()));
    }

    [Theory]
    [InlineData("Sentinel__Audit__Store", "sqlite",
        "$.Sentinel.Audit.Store (environment variable Sentinel__Audit__Store): "
            + "'sqlite' is not allowed here; write one of Auto, Postgres, Sqlite")]
    [InlineData("Sentinel__Audit__Enabled", "1",
        "$.Sentinel.Audit.Enabled (environment variable Sentinel__Audit__Enabled): "
            + "'1' is not allowed here; write true or false")]
    [InlineData("Sentinel__Audit__Enabled", "",
        "$.Sentinel.Audit.Enabled (environment variable Sentinel__Audit__Enabled): "
            + "'' is not allowed here; write true or false")]
    [InlineData("Sentinel__Shutdown__DrainSeconds", "1e3",
        "$.Sentinel.Shutdown.DrainSeconds (environment variable Sentinel__Shutdown__DrainSeconds): "
            + "'1e3' is not allowed here; write a whole number")]
    [InlineData("SENTINEL__SHUTDOWN__DRAINSECONDS", "3601",
        "$.Sentinel.Shutdown.DrainSeconds (environment variable SENTINEL__SHUTDOWN__DRAINSECONDS): "
            + "'3601' is out of range; write a number from 0 to 3600")]
    [InlineData("Sentinel__Audit__Guarantee", "Certain",
        "$.Sentinel.Audit.Guarantee (environment variable Sentinel__Audit__Guarantee): "
            + "'Certain' is not allowed here; write one of BestEffort, Durable, Strict")]
    [InlineData("Sentinel__Audit__Postgres__UrlEnv", "postgres://u:hunter2@h/db",
        "$.Sentinel.Audit.Postgres.UrlEnv (environment variable Sentinel__Audit__Postgres__UrlEnv): "
            + "this is no name of an environment variable; write the name, for example DATABASE_URL, "
            + "and put the URL into that variable")]
    [InlineData("Sentinel__Rbac__Disabled__0", "x",
        "$.Sentinel.Rbac.Disabled[0] (environment variable Sentinel__Rbac__Disabled__0): "
            + "'x' is no tool pattern; write backend/tool, for example github/search_*, or * for every tool")]
    public async Task A_value_that_cannot_be_used_names_the_variable(string name, string value, string expected) =>
        await Reading.AssertFaultsAsync(expected, Reading.OpenFile(), (name, value));

    [Theory]
    [InlineData("Sentinel__Audt__Store", "$.Sentinel.Audt", "unknown key 'Audt'; did you mean 'Audit'?")]
    [InlineData(
        "Sentinel__Management__ViewerRoles",
        "$.Sentinel.Management.ViewerRoles",
        "a variable sets one scalar; add '__' and the key or index below this one")]
    [InlineData("Sentinel__Audit", "$.Sentinel.Audit",
        "a variable sets one scalar; add '__' and the key or index below this one")]
    [InlineData("Sentinel__Rbac__Disabled", "$.Sentinel.Rbac.Disabled",
        "a variable sets one scalar; add '__' and the key or index below this one")]
    [InlineData("Sentinel__Audit__Store__Kind", "$.Sentinel.Audit.Store",
        "there is nothing below this key; shorten the variable's name")]
    [InlineData("Sentinel__Rbac__Disabled__1", "$.Sentinel.Rbac.Disabled",
        "'1' is no item of this list; write a number from 0 to 0")]
    [InlineData("Sentinel__Rbac__Disabled__-1", "$.Sentinel.Rbac.Disabled",
        "'-1' is no item of this list; write a number from 0 to 0")]
    [InlineData("Sentinel__Rbac__Roles____Allow__0", "$.Sentinel.Rbac.Roles",
        "the variable's name has an empty part; write one name between two '__'")]
    public async Task A_variable_that_names_nothing_is_refused(string name, string path, string problem)
    {
        var result = await Reading.ReadAsync(Reading.OpenFile(), (name, "x"));

        Assert.Contains(
            $"{path} (environment variable {name}): {problem}",
            result.Faults.Select(fault => fault.ToString()));
        Assert.Null(result.Snapshot);
    }

    [Fact]
    public async Task Two_variables_that_differ_only_in_case_are_refused() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel (environment variable sentinel__audit__store): "
                + "the variable differs only in case from Sentinel__Audit__Store; unset one",
            Reading.OpenFile(),
            ("Sentinel__Audit__Store", "Sqlite"),
            ("sentinel__audit__store", "Postgres"));

    [Theory]
    [InlineData("SENTINEL_SESSION_KEYS")]
    [InlineData("Sentinel")]
    [InlineData("Sentinel_Audit_Store")]
    [InlineData("ReverseProxy__Routes__a__ClusterId")]
    [InlineData("MySentinel__Audit__Store")]
    public async Task Other_variables_are_none_of_its_business(string name) =>
        Assert.NotNull(await Reading.ReadValidAsync(Reading.OpenFile(), (name, "nonsense")));

    [Fact]
    public async Task The_files_own_fault_stands_where_a_variable_reaches_into_it() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Limits (line 4): this is a number; write an object: { … }",
            Reading.OpenFile("""  "Limits": 3"""),
            ("Sentinel__Limits__MaxRequestBodyBytes", "2048"));

    [Fact]
    public async Task Faults_of_variables_come_after_those_of_the_file()
    {
        var result = await Reading.ReadAsync(
            Reading.OpenFile("""  "Nope": 3"""), ("Sentinel__Audit__Store", "x"), ("Sentinel__A", "x"));

        Assert.Equal(
            ["$.Sentinel.Nope", "$.Sentinel.A", "$.Sentinel.Audit.Store"],
            result.Faults.Select(fault => fault.Path));
    }
}
