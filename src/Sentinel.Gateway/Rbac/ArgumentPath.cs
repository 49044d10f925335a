namespace Sentinel.Gateway.Rbac;

/// <summary>Reads the path of an argument: <c>a.b</c>, <c>items[*].env</c>, <c>["a.b"].c</c>.</summary>
internal static class ArgumentPath
{
    /// <summary>Stands among the steps for every element of an array; no key, for keys are kept with a mark before.
    /// </summary>
    public const string EveryElement = "*";

    private const int StepsMax = 8;
    private const string Remedy = "write keys with dots between, [*] for every element, [\"…\"] for a key with dots";

    /// <returns>
    /// The steps: <see cref="EveryElement"/>, or a key with a dot before it; null where this is no path, and the
    /// problem says why.
    /// </returns>
    public static IReadOnlyList<string>? Read(string path, out string problem)
    {
        problem = $"'{path}' is no path of an argument; {Remedy}";
        var steps = new List<string>();
        var rest = path.AsSpan();
        while (!rest.IsEmpty)
        {
            if (rest.StartsWith("[*]") && steps.Count > 0)
            {
                steps.Add(EveryElement);
                rest = rest[3..];
            }
            else if (rest.StartsWith("[\"") && rest.IndexOf("\"]") is >= 2 and var end)
            {
                steps.Add($".{rest[2..end]}");
                rest = rest[(end + 2)..];
            }
            else if (ReadKey(ref rest, steps.Count == 0) is { } key)
            {
                steps.Add(key);
            }
            else
            {
                return null;
            }
        }

        if (steps.Count > StepsMax)
        {
            problem = $"'{path}' is deeper than {StepsMax} steps; write a shorter path";
            return null;
        }

        return steps.Count == 0 ? null : steps;
    }

    private static string? ReadKey(ref ReadOnlySpan<char> rest, bool isFirst)
    {
        if (!isFirst)
        {
            if (rest[0] != '.')
            {
                return null;
            }

            rest = rest[1..];
        }

        var length = rest.IndexOfAny('.', '[');
        var key = length < 0 ? rest : rest[..length];
        if (key.IsEmpty || key.IndexOfAny('*', ']') >= 0)
        {
            return null;
        }

        rest = rest[key.Length..];
        return $".{key}";
    }
}
