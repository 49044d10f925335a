using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Sentinel.Gateway.Rbac;
using Sentinel.Gateway.Tests.Mcp.Generated;
using Xunit;
using Match = Sentinel.Gateway.Rbac.Match;

namespace Sentinel.Gateway.Tests.Rbac;

/// <summary>Rules about arguments against a plain reading of the same rules from a parsed document.</summary>
public sealed class ArgumentReferenceTests
{
    private static readonly string[] Paths = ["env", "a.b", "items[*]", "items[*].env", "[\"x.y\"]", "a.c[*].d"];

    private static readonly string[] Rules =
    [
        """["dev"]""", """["dev", "t?st-*"]""", """[1, 2.50]""", "[true]",
        """{"Min":2,"Max":3}""", """{"MaxLength":3}""",
        """{"Regex":"[a-d]e?v|t+"}""", """{"Required":true}""", """{"Absent":true}""", """{"OneOf":["d*v"]}""",
        """{"Values":["dev"],"Required":false}""", """{"Min":1,"Required":true}""", """{"Regex":"d.*","MaxLength":4}""",
    ];

    private static readonly Gen<string> Plain = Gen.Elements(
        "\"dev\"", "\"Dev\"", "\"test-1\"", "\"d*v\"", "\"\"", "\"tt\"", "\"d\\u0065v\"",
        "\"dev\\u0000x\"", "\"longer\"",
        "1", "1.0", "2.5", "25e-1", "3", "4", "-1", "true", "false", "null");

    private static readonly Gen<string> Key = Gen.Elements(
        "env", "env", "env", "a", "a", "b", "b", "c", "d", "items", "items", "x.y",
        "Env", "ENV", "env\\u0000", "A", "other");

    private static readonly Gen<(string Path, string Rule, bool IsDeny, string Arguments)> Case =
        from path in Gen.Elements(Paths)
        from rule in Gen.Elements(Rules)
        from isDeny in Gen.Elements(true, false)
        from arguments in Object(3)
        select (path, rule, isDeny, arguments);

    [Fact]
    public void Never_disagree_whatever_the_arguments()
    {
        var seen = new Dictionary<(Match, bool), int>();
        Generating.Check(Case, _ => [], check =>
        {
            var rule = Read(check.Rule);
            if (check.IsDeny && rule.MaxLength is not null)
            {
                return;
            }

            using var parsed = JsonDocument.Parse(check.Arguments);
            var steps = ArgumentPath.Read(check.Path, out _)!;
            var expected = Expected(steps, parsed.RootElement, rule, check.IsDeny);

            var rules = new[] { Some.Rule("a/run", (check.Path, rule)) };
            var policy = check.IsDeny ? Some.Policy(Some.Rules("*"), rules) : Some.Policy(rules);
            var decision = policy.Decide(
                ["role"], "a", TargetKind.Tool, "run", Encoding.UTF8.GetBytes(check.Arguments));

            var isAllowed = check.IsDeny ? expected == Match.No : expected == Match.Yes;
            Assert.True(isAllowed == decision.IsAllowed, $"{check}: {expected}, and {decision}");
            seen[(expected, check.IsDeny)] = seen.GetValueOrDefault((expected, check.IsDeny)) + 1;
        }, seed: 7, cases: 20_000);

        Assert.True(seen.Count == 6 && seen.Values.Min() > 200, string.Join(", ", seen));
    }

    private static Match Expected(IEnumerable<string> steps, JsonElement element, ArgumentRule rule, bool isDeny)
    {
        if (!steps.Any())
        {
            return Holds(element, rule);
        }

        var (step, rest) = (steps.First(), steps.Skip(1));
        if (step == ArgumentPath.EveryElement)
        {
            if (element.ValueKind != JsonValueKind.Array)
            {
                return Match.Doubt;
            }

            var all = element.EnumerateArray().Select(item => Expected(rest, item, rule, isDeny)).ToList();
            return all.Count == 0 ? OfMissing(rule) : isDeny ? all.Max() : all.Min();
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return Match.Doubt;
        }

        var key = step[1..];
        var alike = element.EnumerateObject()
            .Where(p => p.Name.Split('\0')[0].Equals(key, StringComparison.OrdinalIgnoreCase)).ToList();
        return alike switch
        {
            [] => OfMissing(rule),
            [var only] when only.Name == key => Expected(rest, only.Value, rule, isDeny),
            _ => Match.Doubt,
        };
    }

    private static Match OfMissing(ArgumentRule rule) => rule.Absent || rule.Required == false ? Match.Yes : Match.No;

    private static Match Holds(JsonElement element, ArgumentRule rule)
    {
        if (rule.Absent)
        {
            return element.ValueKind == JsonValueKind.Null ? Match.Doubt : Match.No;
        }

        var conditions = new List<Match> { Match.Yes };
        conditions.AddRange(rule.Required == true && element.ValueKind == JsonValueKind.Null ? [Match.Doubt] : []);
        conditions.AddRange(rule.Values.Count > 0 ? [AnyOf(element, rule.Values, isGlob: true)] : []);
        conditions.AddRange(rule.OneOf.Count > 0 ? [AnyOf(element, rule.OneOf, isGlob: false)] : []);
        var number = element.ValueKind == JsonValueKind.Number ? element.GetDecimal() : (decimal?)null;
        conditions.AddRange(rule.Min is { } min ? [When(number is not null, number >= Number(min))] : []);
        conditions.AddRange(rule.Max is { } max ? [When(number is not null, number <= Number(max))] : []);
        var text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        conditions.AddRange(rule.MaxLength is { } length ? [When(text is not null, text?.Length <= length)] : []);
        conditions.AddRange(rule.Regex is { } regex ? [text is null ? Match.Doubt : OfText(text, $"{regex}")] : []);
        return conditions.Min();
    }

    private static Match AnyOf(JsonElement element, IReadOnlyList<ArgumentValue> values, bool isGlob) =>
        TypeOf(element.ValueKind) != TypeOf(values[0].Kind)
            ? Match.Doubt
            : values.Max(value => value.Kind switch
            {
                JsonValueKind.String => OfText(
                    element.GetString()!, isGlob ? Pattern(value.Text) : Regex.Escape(value.Text)),
                JsonValueKind.Number => When(true, element.GetDecimal() == Number(value)),
                _ => When(true, element.ValueKind == value.Kind),
            });

    private static Match OfText(string text, string expression) =>
        IsWhole(text, expression, RegexOptions.None) ? Match.Yes
            : IsWhole(text.Split('\0')[0], expression, RegexOptions.IgnoreCase) ? Match.Doubt
            : Match.No;

    private static bool IsWhole(string text, string expression, RegexOptions options) => Regex.IsMatch(
        text, $@"\A(?:{expression})\z", options | RegexOptions.Singleline, TimeSpan.FromSeconds(10));

    private static string Pattern(string glob) => Regex.Escape(glob).Replace("\\*", ".*", StringComparison.Ordinal)
        .Replace("\\?", ".", StringComparison.Ordinal);

    private static Match When(bool isOfType, bool? holds) =>
        !isOfType ? Match.Doubt : holds == true ? Match.Yes : Match.No;

    private static decimal Number(ArgumentValue value) =>
        decimal.Parse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static JsonValueKind TypeOf(JsonValueKind kind) =>
        kind == JsonValueKind.False ? JsonValueKind.True : kind;

    private static ArgumentRule Read(string json)
    {
        using var parsed = JsonDocument.Parse(json);
        var root = parsed.RootElement;
        if (root.ValueKind == JsonValueKind.Array)
        {
            return new ArgumentRule { Values = Values(root) };
        }

        JsonElement? Member(string name) => root.TryGetProperty(name, out var value) ? value : null;
        return new ArgumentRule
        {
            Values = Member("Values") is { } values ? Values(values) : [],
            OneOf = Member("OneOf") is { } oneOf ? Values(oneOf) : [],
            Min = Member("Min") is { } min ? Value(min) : null,
            Max = Member("Max") is { } max ? Value(max) : null,
            MaxLength = Member("MaxLength")?.GetInt32(),
            Regex = Member("Regex") is { } regex ? AnchoredRegex.Parse(regex.GetString()!, null) : null,
            Required = Member("Required")?.GetBoolean(),
            Absent = Member("Absent") is not null,
        };
    }

    private static ArgumentValue[] Values(JsonElement list) => [.. list.EnumerateArray().Select(Value)];

    private static ArgumentValue Value(JsonElement element) => new(element.ValueKind, element.ToString());

    private static Gen<string> Object(int levels) =>
        from count in Gen.Choose(0, 4)
        from keys in Key.ListOf(count)
        from values in Any(levels - 1).ListOf(count)
        select $"{{{string.Join(',', keys.Select((key, i) => $"\"{key}\":{values[i]}"))}}}";

    private static Gen<string> Any(int levels) => levels == 0 ? Plain : Gen.Frequency(
        (3, Plain),
        (2, Object(levels)),
        (2, from count in Gen.Choose(0, 3)
            from values in Any(levels - 1).ListOf(count)
            select $"[{string.Join(',', values)}]"));
}
