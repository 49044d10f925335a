using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sentinel.Audit.Tests.Redaction;

/// <summary>Redaction as one would write it without thought of speed: each path by itself, over a tree.</summary>
internal static class PlainRedaction
{
    private static readonly string[] Keys = ["a", "b", "ab", "ba", "aab"];
    private static readonly string[] Names = ["a", "b", "*", "a*", "*b", "A"];

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.NonBacktracking;

    public static string Document(Random random) => Value(random, depth: 4).ToJsonString();

    public static string Path(Random random) => "$" + string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(
        _ => random.Next(3) switch
        {
            0 => "[*]",
            1 => ".." + Names[random.Next(Names.Length)],
            _ => "." + Names[random.Next(Names.Length)],
        }));

    public static string Redact(string json, IEnumerable<string> paths)
    {
        var root = JsonNode.Parse(json)!;
        // Found in the document as it was: what one path hides is no matter of the others.
        var found = new List<JsonNode>();
        foreach (var path in paths)
        {
            var steps = Regex.Matches(path, @"\.\.?[^.\[]+|\[\*\]", RegexOptions.NonBacktracking)
                .Select(match => match.Value).ToArray();
            Walk(root, steps, found);
        }

        foreach (var node in found)
        {
            if (node.Parent is not null)
            {
                node.ReplaceWith("[redacted]");
            }
        }

        return root.ToJsonString();
    }

    private static void Walk(JsonNode node, ReadOnlySpan<string> steps, List<JsonNode> found)
    {
        if (steps.IsEmpty)
        {
            found.Add(node);
            return;
        }

        var isBelow = steps[0].StartsWith("..", StringComparison.Ordinal);
        var name = "^" + Regex.Escape(steps[0].TrimStart('.')).Replace("\\*", ".*", StringComparison.Ordinal) + "$";
        var members = node is JsonObject o ? o.ToArray() : [];
        foreach (var (key, value) in members)
        {
            if (steps[0] != "[*]" && Regex.IsMatch(key, name, Options))
            {
                Walk(value!, steps[1..], found);
            }

            if (isBelow)
            {
                Walk(value!, steps, found);
            }
        }

        foreach (var item in node is JsonArray array ? array.ToArray() : [])
        {
            if (steps[0] == "[*]")
            {
                Walk(item!, steps[1..], found);
            }
            else if (isBelow)
            {
                Walk(item!, steps, found);
            }
        }
    }

    private static JsonNode Value(Random random, int depth)
    {
        var kind = depth == 0 ? 2 : random.Next(3);
        if (kind == 2)
        {
            return JsonValue.Create(random.Next(100));
        }

        if (kind == 1)
        {
            return new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1))]);
        }

        var members = new JsonObject();
        foreach (var key in Keys.Where(_ => random.Next(2) == 0))
        {
            members[key] = Value(random, depth - 1);
        }

        return members;
    }
}
