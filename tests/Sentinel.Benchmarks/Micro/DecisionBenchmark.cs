using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Benchmarks.Micro;

/// <summary>One decision, as there are more rules and roles: names, wildcards, arguments.</summary>
public class DecisionBenchmark
{
    private const string Backend = "bench";

    private static readonly string[] Caller = ["role0", "role1"];
    private static readonly byte[] Arguments = Encoding.UTF8.GetBytes("""{"project":"OPS","title":"A title","priority":2}""");

    private AccessPolicy _policy = null!;

    [Params(10, 1_000, 10_000)]
    public int Rules { get; set; }

    [Params(10, 1_000)]
    public int Roles { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // Every rule stands in the caller's own roles, half of them with wildcards; the other roles have ten each.
        var roles = Enumerable.Range(0, Roles).ToDictionary(
            i => string.Create(CultureInfo.InvariantCulture, $"role{i}"),
            i => new RoleOptions { Allow = RulesOf(i < 2 ? Rules / 2 : 10), Deny = [Rule("*/drop_*")] });
        _policy = AccessPolicy.Compile(new RbacOptions { Roles = roles });
        if (!Named() || !Wildcard() || Denied())
        {
            throw new InvalidOperationException("The policy says something else.");
        }
    }

    [Benchmark(Baseline = true)]
    public bool Named() => Decide("tool_2", default);

    [Benchmark]
    public bool Wildcard() => Decide("read_3_mail", default);

    [Benchmark]
    public bool WithArguments() => Decide("create_issue", Arguments);

    [Benchmark]
    public bool Denied() => Decide("no_such_tool", default);

    private bool Decide(string tool, ReadOnlySpan<byte> arguments) =>
        _policy.Decide(Caller, Backend, TargetKind.Tool, tool, arguments).IsAllowed;

    private static AccessRule[] RulesOf(int count) =>
    [
        new AccessRule
        {
            Tool = TargetPattern.Parse($"{Backend}/create_issue", null),
            Arguments = new Dictionary<string, ArgumentRule>(StringComparer.Ordinal)
            {
                ["project"] = new() { MaxLength = 8 },
                ["priority"] = new() { Required = true },
            },
        },
        .. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))
            .Select((number, i) => Rule($"{Backend}/{(i % 2 == 0 ? $"tool_{number}" : $"read_{number}_*")}")),
    ];

    private static AccessRule Rule(string pattern) => new() { Tool = TargetPattern.Parse(pattern, null) };
}
