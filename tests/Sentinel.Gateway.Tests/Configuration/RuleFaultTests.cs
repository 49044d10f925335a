using System.Text;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class RuleFaultTests
{
    private static readonly (string List, string Rule)[] Faulty =
    [
        ("Allow", "{}"),
        ("Allow", """{ "Tool": "a" }"""),
        ("Allow", """{ "Tool": "a/b", "Argument": {} }"""),
        ("Allow", """{ "Tool": "a/b", "Shadow": true }"""),
        ("Allow", """{ "Tool": "resource:a/x:y", "Arguments": { "n": 1 } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "": 1 } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "a..b": 1 } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "a[0]": 1 } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "[*].a": 1 } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "a.b.c.d.e.f.g.h.i": 1 } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "a.b": 1, "a[\"b\"]": 2 } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "a.b": 1, "a": 2, "a.B": 1 } }"""),
        ("Deny", """{ "Tool": "a/b", "Arguments": { "key.a": 1, "\u212Aey.b": 1 } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": {} } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": [] } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": [[1]] } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": { "Required": false } } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": { "Min": "3" } } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": { "Min": 4, "Max": 3.5e0 } } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": { "MaxLength": -1 } } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": { "Regex": "(" } } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": { "Regex": "a)|(?:b" } } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": { "Regex": "(a)\\1" } } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": { "Regex": "(?=a)" } } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": { "Absent": true, "Max": 3 } } }"""),
        ("Allow", """{ "Tool": "a/b", "Arguments": { "n": { "Absent": true, "Required": false } } }"""),
        ("Deny", """{ "Tool": "a/b", "Arguments": { "n": { "MaxLength": 3 } } }"""),
        ("Deny", """{ "Tool": "a/b", "Arguments": { "n": { "min": 3 } } }"""),
    ];

    [Fact]
    public async Task Every_fault_of_a_rule_is_told_with_its_path()
    {
        var told = new StringBuilder();
        foreach (var (list, rule) in Faulty)
        {
            var result = await Reading.ReadAsync(Reading.OpenFile(
                $$"""  "Rbac": { "Roles": { "r": { "{{list}}": ["a/ok", {{rule}}] } } }"""));

            Assert.Null(result.Snapshot);
            told.Append($"{list}: {rule}\n").AppendJoin("\n", result.Faults.Select(fault => $"  {fault}")).Append('\n');
        }

        Snapshot.Match(told.ToString());
    }

    [Fact]
    public async Task A_rule_that_another_always_overrides_is_warned_of()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.File(
            "\"Authentication\": { \"Anonymous\": { \"Roles\": [\"r\"] } }",
            """
            "Rbac": { "Roles": { "r": {
              "Allow": ["a/get_*", "a/set_it", "a/SET_it", "prompt:a/set_it",
                { "Tool": "a/set_2", "Arguments": { "n": 1 } }, "a/on_trial", "a/partly"],
              "Deny": ["a/set_*", "a/get_secret", { "Tool": "a/on_trial", "Shadow": true },
                { "Tool": "a/partly", "Arguments": { "n": 1 } }, "a/off_now"] } },
              "Disabled": ["a/off_*"] }
            """));

        Assert.Equal(
            [
                "$.Sentinel.Rbac.Roles.r.Allow[1] (line 5): "
                    + "'a/set_it' never decides: Deny[0] 'a/set_*' forbids all of it",
                "$.Sentinel.Rbac.Roles.r.Allow[2] (line 5): "
                    + "'a/SET_it' never decides: Deny[0] 'a/set_*' forbids all of it",
                "$.Sentinel.Rbac.Roles.r.Allow[4] (line 6): "
                    + "'a/set_2' never decides: Deny[0] 'a/set_*' forbids all of it",
                "$.Sentinel.Rbac.Roles.r.Deny[4] (line 8): "
                    + "'a/off_now' never decides: Disabled[0] 'a/off_*' forbids all of it",
            ],
            snapshot.Warnings);
    }
}
