using Sentinel.Audit;
using Sentinel.Gateway.Rbac;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class BindingFaultTests
{
    private const string Known =
        "PublicUrl, TrustedProxies, AllowedOrigins, AllowedHosts, Tls, Authentication, Rbac, Limits, Backends, "
        + "Sessions, Shutdown, Audit, Management, Telemetry";

    [Fact]
    public async Task Every_fault_is_told_at_once_and_in_the_order_of_the_file() =>
        await Reading.AssertFaultsAsync(
            """
            $.Sentinel.Shutdown.DrainSeconds (line 4): '3601' is out of range; write a number from 0 to 3600
            $.Sentinel.Audit.Enabled (line 5): this is a text; write true or false
            $.Sentinel.Audit.Store (line 6): 'sqlite' is not allowed here; write one of Auto, Postgres, Sqlite
            $.Sentinel.Audit.MaxArgumentBytes (line 7): '1023' is out of range; write a number from 1024 to 16777216
            $.Sentinel.Rbac.Roles.reader.Allow[1] (line 8): 'nonsense' is no tool pattern; write backend/tool, for \
            example github/search_*, or * for every tool
            $.Sentinel.Rbac.Disabled[0] (line 9): this is a number; write a text in quotes
            $.Sentinel.Limits.maxRequestBodyBytes (line 10): unknown key 'maxRequestBodyBytes'; keys are \
            case-sensitive: write 'MaxRequestBodyBytes'
            """,
            Reading.OpenFile(
                """  "Shutdown": { "DrainSeconds": 3601 }""",
                "  \"Audit\": { \"Enabled\": \"true\",\n  \"Store\": \"sqlite\",\n  \"MaxArgumentBytes\": 1023 }",
                "  \"Rbac\": { \"Roles\": { \"reader\": { \"Allow\": [\"*\", \"nonsense\"] } },\n  \"Disabled\": [1] }",
                """  "Limits": { "maxRequestBodyBytes": 5000 }"""));

    [Theory]
    [InlineData("\"Limits\": []", "$.Sentinel.Limits (line 4): this is a list; write an object: { … }")]
    [InlineData("\"Limits\": 3", "$.Sentinel.Limits (line 4): this is a number; write an object: { … }")]
    [InlineData(
        "\"Limits\": null",
        "$.Sentinel.Limits (line 4): null is not allowed here; leave the key out or write an object: { … }")]
    [InlineData("\"Rbac\": { \"Disabled\": {} }",
        "$.Sentinel.Rbac.Disabled (line 4): this is an object; write a list: [ … ]")]
    [InlineData("\"Rbac\": { \"Disabled\": \"*\" }",
        "$.Sentinel.Rbac.Disabled (line 4): this is a text; write a list: [ … ]")]
    [InlineData("\"Rbac\": { \"Disabled\": [null] }",
        "$.Sentinel.Rbac.Disabled[0] (line 4): this is null; write a text in quotes")]
    [InlineData("\"Rbac\": { \"Roles\": [] }",
        "$.Sentinel.Rbac.Roles (line 4): this is a list; write an object: { … }")]
    [InlineData("\"Rbac\": { \"Roles\": { \"a\": null } }",
        "$.Sentinel.Rbac.Roles.a (line 4): this is null; write an object: { … }")]
    [InlineData("\"Audit\": { \"Redact\": [\"$.arguments.pin\", \"$.rows[0].x\"] }",
        "$.Sentinel.Audit.Redact[1] (line 4): '$.rows[0].x' cannot be read from '[0].x' on: after $ come .name, "
        + "..name or [*], and a dot or bracket within a name is written as *; write for example $.arguments.password, "
        + "$.arguments.rows[*].iban or $..*_pin")]
    [InlineData("\"Audit\": { \"Enabled\": 1 }",
        "$.Sentinel.Audit.Enabled (line 4): this is a number; write true or false")]
    [InlineData("\"Audit\": { \"Enabled\": [] }",
        "$.Sentinel.Audit.Enabled (line 4): this is a list; write true or false")]
    [InlineData("\"Audit\": { \"Store\": 0 }",
        "$.Sentinel.Audit.Store (line 4): this is a number; write one of Auto, Postgres, Sqlite")]
    [InlineData("\"Audit\": { \"Store\": \"0\" }",
        "$.Sentinel.Audit.Store (line 4): '0' is not allowed here; write one of Auto, Postgres, Sqlite")]
    [InlineData("\"Audit\": { \"Store\": \"Auto, Sqlite\" }",
        "$.Sentinel.Audit.Store (line 4): 'Auto, Sqlite' is not allowed here; write one of Auto, Postgres, Sqlite")]
    [InlineData("\"Audit\": { \"Sqlite\": { \"Path\": \" \" } }",
        "$.Sentinel.Audit.Sqlite.Path (line 4): Path is empty; write a text")]
    public async Task A_value_of_the_wrong_kind_is_refused(string member, string expected) =>
        await Reading.AssertFaultsAsync(expected, Reading.OpenFile("  " + member));

    [Theory]
    [InlineData("\"30\"", "this is a text; write a whole number")]
    [InlineData("30.0", "'30.0' is not allowed here; write a whole number")]
    [InlineData("3e1", "'3e1' is not allowed here; write a whole number")]
    [InlineData("-1", "'-1' is out of range; write a number from 0 to 3600")]
    [InlineData("3601", "'3601' is out of range; write a number from 0 to 3600")]
    [InlineData("4294967296", "'4294967296' is out of range; write a number from 0 to 3600")]
    [InlineData("99999999999999999999", "'99999999999999999999' is out of range; write a number from 0 to 3600")]
    public async Task A_number_outside_its_range_is_refused_with_both_limits(string number, string problem) =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Shutdown.DrainSeconds (line 4): " + problem,
            Reading.OpenFile($$"""  "Shutdown": { "DrainSeconds": {{number}} }"""));

    [Theory]
    [InlineData(0)]
    [InlineData(3600)]
    public async Task Both_limits_of_a_range_are_in_it(int seconds)
    {
        var snapshot = await Reading.ReadValidAsync(
            Reading.OpenFile($$"""  "Shutdown": { "DrainSeconds": {{seconds}} }"""));

        Assert.Equal(seconds, snapshot.Sentinel.Shutdown.DrainSeconds);
    }

    [Theory]
    [InlineData("Shutdwn", "unknown key 'Shutdwn'; did you mean 'Shutdown'?")]
    [InlineData("shutdown", "unknown key 'shutdown'; keys are case-sensitive: write 'Shutdown'")]
    [InlineData("rbca", "unknown key 'rbca'; known here: " + Known)]
    [InlineData("X", "unknown key 'X'; known here: " + Known)]
    [InlineData("publicUrl", "unknown key 'publicUrl'; keys are case-sensitive: write 'PublicUrl'")]
    [InlineData("telemetry", "unknown key 'telemetry'; keys are case-sensitive: write 'Telemetry'")]
    public async Task An_unknown_key_is_refused_with_what_was_meant(string key, string problem) =>
        await Reading.AssertFaultsAsync(
            $"$.Sentinel.{key} (line 4): {problem}",
            Reading.OpenFile($$"""  "{{key}}": {}"""));

    [Theory]
    [InlineData("\"Rbac\": { \"Mode\": \"Off\" }",
        "$.Sentinel.Rbac.Mode (line 4): 'Off' is not allowed here; write one of Enforce, Shadow")]
    [InlineData("\"Audit\": { \"Guarantee\": \"Certain\" }",
        "$.Sentinel.Audit.Guarantee (line 4): 'Certain' is not allowed here; write one of BestEffort, Durable, Strict")]
    [InlineData("\"Audit\": { \"Journal\": { \"MaxBytes\": 1000 } }",
        "$.Sentinel.Audit.Journal.MaxBytes (line 4): '1000' is out of range; write a number from 1048576 to 1099511627776")]
    public async Task A_value_that_is_no_choice_or_out_of_range_is_refused(string member, string expected) =>
        await Reading.AssertFaultsAsync(expected, Reading.OpenFile("  " + member));

    [Fact]
    public async Task A_value_that_may_be_a_secret_is_never_printed()
    {
        var result = await Reading.ReadAsync(Reading.OpenFile(
            """  "Audit": { "Postgres": { "UrlEnv": "postgres://u:hunter2@h/db" } }""",
            """  "Password": "hunter2" """,
            """  "Management": { "MetricsTokenEnv": "hunter2" }""")
            .Replace(
                Reading.ValidAuthentication,
                """{ "ApiKeys": [{ "Name": "a", "Sha256": "hunter2" }] }""",
                StringComparison.Ordinal));

        Assert.Equal(4, result.Faults.Count);
        Assert.DoesNotContain("hunter2", string.Join('\n', result.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_value_is_cut()
    {
        var result = await Reading.ReadAsync(
            Reading.OpenFile($$"""  "Audit": { "Store": "{{new string('x', 10_000)}}" }"""));

        Assert.True(Assert.Single(result.Faults).ToString().Length < 250);
    }

    [Fact]
    public async Task Everything_that_is_left_out_has_its_default()
    {
        var sentinel = (await Reading.ReadValidAsync(Reading.OpenFile())).Sentinel;

        Assert.Equal(4194304, sentinel.Limits.MaxRequestBodyBytes);
        Assert.Equal((5, 30), (sentinel.Shutdown.LoadBalancerSeconds, sentinel.Shutdown.DrainSeconds));
        Assert.Equal("http://127.0.0.1:9090", sentinel.Management.Url);
        Assert.Equal(new AuditOptions(), sentinel.Audit);
        Assert.Empty(sentinel.Rbac.Roles);
        Assert.Empty(sentinel.Rbac.Disabled);
    }

    [Fact]
    public async Task Every_kind_of_value_is_bound()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.OpenFile(
            """
              "Rbac": { "Mode": "Enforce", "Disabled": ["a/x*"],
                "Roles": { "r": { "Allow": ["*"], "Deny": ["a/y"] }, "R2": {} } },
              "Limits": { "MaxRequestBodyBytes": 1073741824 },
              "Audit": { "Enabled": false, "Store": "Sqlite", "Sqlite": { "Path": "p.db" }, "Batch": { "MaxRows": 7 } },
              "Management": { "Url": "http://[::1]:0/" }
            """));

        var sentinel = snapshot.Sentinel;
        Assert.Equal(["r", "R2"], sentinel.Rbac.Roles.Keys);
        Assert.Equal("a/y", Assert.Single(sentinel.Rbac.Roles["r"].Deny).Tool.ToString());
        Assert.Equal(1073741824, sentinel.Limits.MaxRequestBodyBytes);
        Assert.Equal(
            (false, AuditStoreKind.Sqlite, "p.db", 7),
            (sentinel.Audit.Enabled, sentinel.Audit.Store, sentinel.Audit.Sqlite.Path, sentinel.Audit.Batch.MaxRows));
        Assert.Equal("http://[::1]:0/", sentinel.Management.Url);
        Assert.True(snapshot.Policy.Decide(["r"], "a", TargetKind.Tool, "z", default).IsAllowed);
        Assert.False(snapshot.Policy.Decide(["r"], "a", TargetKind.Tool, "y", default).IsAllowed);
        Assert.False(snapshot.Policy.Decide(["r"], "a", TargetKind.Tool, "x1", default).IsAllowed);
    }
}
