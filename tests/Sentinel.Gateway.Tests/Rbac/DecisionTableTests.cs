using System.Text;
using Sentinel.Gateway.Rbac;
using Sentinel.Gateway.Tests.Configuration;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Rbac;

/// <summary>What one policy says to callers, kinds, names and arguments, as a table to read.</summary>
public sealed class DecisionTableTests
{
    private const string Policy =
        """
        "Rbac": {
          "Roles": {
            "reader": {
              "Allow": ["a/read_*", "a/list", "prompt:a/*", "resource:a/file:///docs/*"],
              "Deny": ["a/read_secret*", "prompt:a/inte?nal", "resource:a/file:///docs/private/*"]
            },
            "writer": {
              "Allow": [
                { "Tool": "a/deploy", "Arguments": { "env": ["dev", "test-*"], "count": { "Min": 1, "Max": 10, "Required": false } } },
                { "Tool": "a/tag", "Arguments": { "labels[*]": { "MaxLength": 5 } } },
                { "Tool": "a/note", "Arguments": { "text": { "Regex": "[a-z ]{1,20}" }, "draft": { "Absent": true } } },
                { "Tool": "a/move", "Arguments": { "to.project": { "OneOf": ["OPS", "D*"] } } },
                { "Tool": "a/count", "Arguments": { "n": 9007199254740993 } },
                "a/run", "a/trial"
              ],
              "Deny": [
                { "Tool": "a/run", "Arguments": { "env": "prod" } },
                { "Tool": "a/trial", "Shadow": true }
              ]
            },
            "everything": { "Allow": ["*", "prompt:*", "resource:*"] },
            "nobody": {}
          },
          "Disabled": ["a/list_all", "prompt:a/off"]
        }
        """;

    private static readonly (string[] Roles, string Backend)[] Callers =
    [
        (["reader"], "a"), (["reader"], "A"), (["writer"], "a"), (["reader", "writer"], "a"), (["nobody"], "a"), ([], "a"),
        (["everything"], "a"), (["everything", "reader"], "a"),
    ];

    private static readonly (TargetKind Kind, string Name)[] Names =
    [
        (TargetKind.Tool, "read_mail"), (TargetKind.Tool, "READ_mail"), (TargetKind.Tool, "read_"),
        (TargetKind.Tool, "read_secret"), (TargetKind.Tool, "Read_SECRETS"), (TargetKind.Tool, "read_\u017Fecret"),
        (TargetKind.Tool, "read_secret\0"), (TargetKind.Tool, "list"), (TargetKind.Tool, "list "),
        (TargetKind.Tool, "list_all"), (TargetKind.Tool, "LIST_ALL"), (TargetKind.Tool, "trial"),
        (TargetKind.Tool, "run"), (TargetKind.Prompt, "hello"), (TargetKind.Prompt, "internal"),
        (TargetKind.Prompt, "INTERNAL"), (TargetKind.Prompt, "off"), (TargetKind.Resource, "file:///docs/a"),
        (TargetKind.Resource, "FILE:///docs/a"), (TargetKind.Resource, "file:///docs/../etc/passwd"),
        (TargetKind.Resource, "file:///docs/%2e%2e/etc/passwd"), (TargetKind.Resource, "file:///docs/%252e%252e/x"),
        (TargetKind.Resource, "file:///docs/private/x"), (TargetKind.Resource, "file:///docs/PRIVATE/x"),
        (TargetKind.Resource, "file:///docs/priv%61te/x"), (TargetKind.Resource, "file:///docs\\..\\x"),
        (TargetKind.Resource, "file://user@host/docs/a"), (TargetKind.Resource, "other:///docs/a"),
    ];

    private static readonly (string Tool, string[] Arguments)[] Uses =
    [
        ("deploy",
        [
            "", "{}", """{"env":"dev"}""", """{"env":"test-7"}""", """{"env":"prod"}""", """{"env":"DEV"}""",
            """{"env":["dev"]}""", """{"env":null}""", """{"env":"dev","Env":"prod"}""",
            """{"env":"dev","en\u0076":"prod"}""", """{"env":"dev","env\u0000":"prod"}""", """{"Env":"dev"}""",
            """{"env":"dev","count":1}""", """{"env":"dev","count":1e1}""", """{"env":"dev","count":10.0}""",
            """{"env":"dev","count":10.5}""", """{"env":"dev","count":0}""", """{"env":"dev","count":-0}""",
            """{"env":"dev","count":"5"}""", """{"env":"dev","other":{"env":"prod"}}""",
        ]),
        ("tag",
        [
            """{"labels":["a","bb"]}""", """{"labels":["a","toolong"]}""", """{"labels":[]}""", "{}",
            """{"labels":"a"}""", """{"labels":["a",5]}""",
        ]),
        ("note",
        [
            """{"text":"hello world"}""", """{"text":"Hello"}""", """{"text":""}""", """{"text":"a\nb"}""",
            """{"text":"ok","draft":true}""", """{"text":"ok","draft":null}""", """{"text":"ok","Draft":1}""",
        ]),
        ("move",
        [
            """{"to":{"project":"OPS"}}""", """{"to":{"project":"D*"}}""", """{"to":{"project":"DEV"}}""",
            """{"to":"OPS"}""", """{"to.project":"OPS"}""", """{"to":{"project":"OPS","Project":"HR"}}""",
        ]),
        ("count",
        [
            """{"n":9007199254740993}""", """{"n":9007199254740992}""", """{"n":9007199254740993.0}""",
            """{"n":"9007199254740993"}""",
        ]),
        ("run",
        [
            "", """{"env":"dev"}""", """{"env":"prod"}""", """{"env":["prod"]}""", """{"Env":"prod"}""",
            """{"env":"dev","ENV":"dev"}""", """{"env":7}""", """{"environment":"prod"}""",
        ]),
    ];

    [Fact]
    public async Task Reads_as_a_policy_should()
    {
        var policy = (await Reading.ReadValidAsync(Reading.OpenFile(Policy))).Policy;
        var table = new StringBuilder();
        var decisions = 0;
        foreach (var (caller, backend) in Callers)
        {
            table.Append($"\n== {(caller.Length == 0 ? "no role" : string.Join(" + ", caller))}, backend {backend}\n");
            foreach (var (kind, name) in Names)
            {
                table.Append(Line(policy.Decide(caller, backend, kind, name, []), $"{kind} {Show(name)}"));
                decisions++;
            }
        }

        foreach (var (tool, uses) in Uses)
        {
            table.Append($"\n== writer: a/{tool}\n");
            foreach (var arguments in uses)
            {
                var decision = policy.Decide(["writer"], "a", TargetKind.Tool, tool, Encoding.UTF8.GetBytes(arguments));
                table.Append(Line(decision, arguments.Length == 0 ? "no arguments" : arguments));
                decisions++;
            }
        }

        Assert.True(decisions >= 200, $"{decisions} decisions");
        Snapshot.Match(table.ToString().TrimStart('\n'));
    }

    private static string Line(Decision decision, string what) =>
        $"{(decision.IsAllowed ? "yes" : "no "),-4} {what,-48} {decision.Path ?? decision.Rule}"
        + (decision.WouldRefuse is { } refusal ? $"; would refuse: {refusal.Path ?? refusal.Rule}" : "")
        + (decision.Reason is null or Decision.ReasonRbac ? "\n" : $" ({decision.Reason})\n");

    private static string Show(string name) => name.Replace("\0", "\\0", StringComparison.Ordinal);
}
