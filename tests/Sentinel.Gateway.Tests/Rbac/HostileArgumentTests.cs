using System.Text;
using Sentinel.Gateway.Rbac;
using Xunit;

namespace Sentinel.Gateway.Tests.Rbac;

/// <summary>Arguments made to slow a decision down or to slip past a rule.</summary>
public sealed class HostileArgumentTests
{
    private const int BodyBytes = 4 * 1024 * 1024;

    // Far beyond what any takes, far below what the worst takes where nothing bounds it.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private static readonly string[] Globs = [.. Enumerable.Range(0, 300).Select(i => $"*a*b*{i}")];
    private static readonly string[] Words = [.. Enumerable.Range(0, 5_000).Select(i => $"word{i}")];

    private static readonly (string Path, ArgumentRule Rule)[] Conditions =
    [
        ("env", Some.OneOf("prod")),
        ("items[*]", Some.OneOf(Globs)),
        ("words[*]", Some.OneOf(Words)),
        ("texts[*]", new ArgumentRule { Regex = AnchoredRegex.Parse("(a|ab|b)*(c|d)(a|b){1,30}", null) }),
        ("numbers[*]", new ArgumentRule { Min = new(System.Text.Json.JsonValueKind.Number, "1e400") }),
        ("list[*].a.b[*].c", Some.OneOf("x*")),
    ];

    private static readonly AccessPolicy Forbidding = Some.Policy(
        Some.Rules("*"), [.. Conditions.Select(condition => Some.Rule("a/run", condition))]);

    private static readonly AccessPolicy Granting = Some.Policy(
        [.. Conditions.Select(condition => Some.Rule("a/run", condition))]);

    // What is written between the marks is repeated until the body is full.
    public static TheoryData<string, string, string, string> Bodies => new()
    {
        { "one text", """{"env":" """, "x", "\"}" },
        { "one text in escapes", """{"env":" """, "\\u0061", "\"}" },
        { "many short texts", """{"items":[""", "\"ab\",", "0]}" },
        { "long texts against stars", """{"items":[""", $"\"{new string('a', 60_000)}\",", "0]}" },
        { "many short words", """{"words":[""", "\"w\",", "0]}" },
        { "long words in escapes", """{"words":[""", $"\"{Repeat("\\u0077", 60_000)}\",", "0]}" },
        { "texts against an expression", """{"texts":[""", $"\"{Repeat("ab", 4_000)}\",", "0]}" },
        { "long numbers", """{"numbers":[""", $"{new string('9', 100_000)},", "\"\"]}" },
        { "one number", """{"numbers":[""", "9", ",\"\"]}" },
        { "far exponents", """{"numbers":[""", "1e-999999999999999999999,", "\"\"]}" },
        { "many keys", """{"env":["prod"]""", ",\"k\":0", "}" },
        { "escaped keys", """{"env":["prod"]""", ",\"\\u006b\":0", "}" },
        { "one key in escapes", """{"env":["prod"]," """, "\\u0065", "\":0}" },
        { "one key, repeated", """{"env":"dev" """, ",\"env\":\"dev\"", "}" },
        { "lists in lists", """{"list":[{"a":{"b":[""", "{\"c\":[]},", "0]}}]}" },
        { "depth", """{"env":""", "[", "" },
        { "depth in another key", """{"other":""", "{\"a\":", "" },
        { "nothing but blanks", """{"env":""", " ", "[\"prod\"]}" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_body_full_of(string what, string start, string part, string end)
    {
        var body = start.TrimEnd() + Repeat(part, BodyBytes - start.Length - end.Length) + end;
        var arguments = Encoding.UTF8.GetBytes(body);

        // None of them is plainly what a grant asks for, and each has something in it that is forbidden or in doubt.
        var isGranted = WithinLimit(Granting, arguments, what).IsAllowed;
        var isForbidden = !WithinLimit(Forbidding, arguments, what).IsAllowed;

        Assert.False(isGranted, what);
        Assert.True(isForbidden, what);
    }

    [Theory]
    [InlineData("""{"env":"prod\u0000"}""")]
    [InlineData("""{"env":"prod\u0000dev"}""")]
    [InlineData("""{"env":"PROD"}""")]
    [InlineData("""{"env":"\u0070rod"}""")]
    [InlineData("""{"env":"\ud800"}""")]
    [InlineData("""{"env":"prod\udc00"}""")]
    [InlineData("""{"env":null}""")]
    [InlineData("""{"env":["prod"]}""")]
    [InlineData("""{"env":{"env":"prod"}}""")]
    [InlineData("""{"env":0}""")]
    [InlineData("""{"Env":"prod"}""")]
    [InlineData("""{"env\u0000":"prod"}""")]
    [InlineData("""{"env\u0000x":"prod"}""")]
    [InlineData("""{"\u0065nv":"prod"}""")]
    [InlineData("""{"env":"dev","env":"prod"}""")]
    [InlineData("""{"env":"prod","env":"dev"}""")]
    [InlineData("""{"ENV":"prod","env":"dev"}""")]
    [InlineData("""{"env":"dev","eNv":"prod"}""")]
    [InlineData("""["prod"]""")]
    [InlineData("\"prod\"")]
    [InlineData("{")]
    [InlineData("""{"\ud800":1,"env":"dev"}""")]
    public void No_doubt_helps_the_caller(string json)
    {
        var arguments = Encoding.UTF8.GetBytes(json);
        var onlyDev = Some.Policy([Some.Rule("a/run", ("env", Some.OneOf("dev")))]);
        var onlyWithout = Some.Policy([Some.Rule("a/run", ("env", new ArgumentRule { Absent = true }))]);
        var neverProd = Some.Policy(Some.Rules("*"), [Some.Rule("a/run", ("env", Some.OneOf("prod")))]);

        Assert.False(onlyDev.Decide(["role"], "a", TargetKind.Tool, "run", arguments).IsAllowed);
        Assert.False(onlyWithout.Decide(["role"], "a", TargetKind.Tool, "run", arguments).IsAllowed);
        Assert.False(neverProd.Decide(["role"], "a", TargetKind.Tool, "run", arguments).IsAllowed);
    }

    [Fact]
    public void Ten_thousand_rules_about_one_tool_look_at_large_arguments_a_few_times_only()
    {
        var arguments = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 1_000_000)}}","env":"dev"}""");
        var policy = Some.Policy(
            Some.Rules("*"), Enumerable.Range(0, 10_000).Select(i => Some.Rule("a/run", ("env", Some.OneOf($"e{i}")))));

        Assert.False(WithinLimit(policy, arguments, "10,000 rules").IsAllowed);
    }

    [Fact]
    public void A_large_text_beside_the_one_that_is_judged_is_no_matter()
    {
        var arguments = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 3_000_000)}}","env":"w4999"}""");
        var policy = Some.Policy([Some.Rule("a/run", ("env", Some.OneOf([.. Words, "w*9"])))]);

        Assert.True(WithinLimit(policy, arguments, "a large text").IsAllowed);
    }

    private static Decision WithinLimit(AccessPolicy policy, byte[] arguments, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        var decision = policy.Decide(["role"], "a", TargetKind.Tool, "run", arguments);
        var elapsed = TimeProvider.System.GetElapsedTime(started);

        Assert.True(elapsed < Limit, $"{what}: {elapsed}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{elapsed.TotalMilliseconds:F1} ms");
        return decision;
    }

    private static string Repeat(string part, int length) =>
        new StringBuilder().Insert(0, part, length / part.Length).ToString();
}
