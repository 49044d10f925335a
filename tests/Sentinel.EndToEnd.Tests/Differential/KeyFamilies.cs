namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>Keys that are there twice, or in a spelling that only some readers take for the key.</summary>
internal static class KeyFamilies
{
    private static readonly string[] Root = ["jsonrpc", "id", "method", "params"];

    public static IEnumerable<HostileBody> All(Aim aim) =>
        [.. OfRoot(aim), .. OfParams(aim), .. InParts(aim), .. InsideValues(aim), .. Inherited(aim)];

    private static IEnumerable<HostileBody> OfRoot(Aim aim)
    {
        foreach (var key in Root)
        {
            var (odd, plain) = key switch
            {
                "params" => (aim.Hostile, Aim.Harmless),
                "method" => ("\"tools/call\"", "\"ping\""),
                "id" => ("8", "7"),
                _ => ("\"2.0\"", "\"1.0\""),
            };
            foreach (var (spelling, spelled) in Spellings(key))
            {
                foreach (var (position, members) in Positions(key, spelled, odd, plain))
                {
                    var rest = Root.Where(other => other != key).Select(other => (other, Usual(other, aim)));
                    yield return new HostileBody($"root {key}: {spelling} {position}", Object([.. members, .. rest]))
                    {
                        Id = key is "id" ? null : Aim.Id,
                    };
                }
            }
        }
    }

    private static IEnumerable<HostileBody> OfParams(Aim aim)
    {
        (string Key, string Odd, string Plain, (string, string) Other)[] keys =
        [
            ("name", $"\"{aim.Denied}\"", "\"echo\"", ("arguments", Aim.Unseen)),
            ("arguments", Aim.Unseen, Aim.Seen, ("name", "\"echo\"")),
        ];
        foreach (var (key, odd, plain, other) in keys)
        {
            foreach (var (spelling, spelled) in Spellings(key))
            {
                foreach (var (position, members) in Positions(key, spelled, odd, plain))
                {
                    var parameters = Object([.. members, other]);
                    yield return new HostileBody($"params {key}: {spelling} {position}", Aim.Message(parameters));
                }
            }
        }
    }

    // A reader that decodes into the same structure twice keeps of the first object what the second leaves out.
    private static IEnumerable<HostileBody> InParts(Aim aim)
    {
        (string Part, string Value)[] parts =
        [
            ("name", $$"""{"name":"{{aim.Denied}}"}"""),
            ("arguments", $$"""{"arguments":{{Aim.Unseen}}}"""),
            ("nothing", "{}"),
            ("null", "null"),
        ];
        foreach (var (part, value) in parts)
        {
            foreach (var (spelling, spelled) in Spellings("params"))
            {
                foreach (var (position, members) in Positions("params", spelled, value, Aim.Harmless).Take(2))
                {
                    (string, string)[] rest = [("jsonrpc", "\"2.0\""), ("id", Aim.Id), ("method", "\"tools/call\"")];
                    yield return new HostileBody(
                        $"params in parts, {part}: {spelling} {position}",
                        Object([.. members, .. rest])
                    );
                }
            }
        }
    }

    private static IEnumerable<HostileBody> InsideValues(Aim aim)
    {
        (string, string)[] twice =
        [
            ("exact", """{"text":"seen","text":"unseen"}"""),
            ("escaped", """{"text":"seen","te\u0078t":"unseen"}"""),
        ];
        foreach (var (spelling, value) in twice)
        {
            yield return new HostileBody($"arguments: text twice, {spelling}", Aim.Message(Aim.Params("echo", value)));
            yield return new HostileBody(
                $"arguments: deeper, twice, {spelling}",
                Aim.Message(Aim.Params("echo", "{\"text\":\"seen\",\"more\":{\"deep\":[" + value + "]}}"))
            );
            yield return new HostileBody(
                $"meta: twice, {spelling}",
                Aim.Message($$"""{"name":"echo","arguments":{{Aim.Seen}},"_meta":{{value}}}""")
            );
            yield return new HostileBody(
                $"root: a member's own member twice, {spelling}",
                $$"""{"more":{{value}},{{aim.HostileCall[1..]}}"""
            );
        }
    }

    // What JavaScript would inherit from, if anything assigned it.
    private static IEnumerable<HostileBody> Inherited(Aim aim)
    {
        (string, Func<string, string>)[] names =
        [
            ("__proto__", value => value), ("constructor", value => $$"""{"prototype":{{value}}}"""),
        ];
        var only = $$"""{"params":{{aim.Hostile}}}""";
        var both = $$"""{"method":"tools/call","params":{{aim.Hostile}}}""";
        foreach (var (name, of) in names)
        {
            yield return new HostileBody(
                $"{name} in the root, all of it",
                $$"""{"jsonrpc":"2.0","id":7,"{{name}}":{{of(both)}}}"""
            );
            yield return new HostileBody(
                $"{name} in the root, params",
                $$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","{{name}}":{{of(only)}}}"""
            );
            yield return new HostileBody(
                $"{name} in params, beside a name",
                Aim.Message($$"""{"name":"echo","arguments":{{Aim.Seen}},"{{name}}":{{of(aim.Hostile)}}}""")
            );
            yield return new HostileBody(
                $"{name} in params, alone",
                Aim.Message($$"""{"{{name}}":{{of(aim.Hostile)}}}""")
            );
            yield return new HostileBody(
                $"{name} in arguments, alone",
                Aim.Message(Aim.Params("echo", $$"""{"{{name}}":{{of(Aim.Unseen)}}}"""))
            );
            yield return new HostileBody(
                $"{name} in arguments",
                Aim.Message(Aim.Params("echo", $$"""{"text":"seen","{{name}}":{{of(Aim.Unseen)}}}"""))
            );
        }
    }

    // A key as it may stand between quotes, for readers that unescape, that ignore case by Unicode's simple folding
    // or that stop at NUL.
    private static IEnumerable<(string, string)> Spellings(string key)
    {
        yield return ("exact", key);
        yield return ("one letter escaped", Escaped(key[0]) + key[1..]);
        yield return ("escaped", string.Concat(key.Select(Escaped)));
        yield return ("upper case", key.ToUpperInvariant());
        yield return ("title case", char.ToUpperInvariant(key[0]) + key[1..]);
        yield return ("upper case escaped", string.Concat(key.ToUpperInvariant().Select(Escaped)));
        yield return ("with a NUL", key + @"\u0000");
        yield return ("with a space", key + " ");
        if (key.Contains('s', StringComparison.Ordinal))
        {
            yield return ("long s", key.Replace('s', '\u017F'));
            yield return ("long s escaped", key.Replace("s", @"\u017f", StringComparison.Ordinal));
            yield return ("long s in upper case", key.ToUpperInvariant().Replace('S', '\u017F'));
        }
    }

    private static IEnumerable<(string, (string, string)[])> Positions(
        string key,
        string spelled,
        string odd,
        string plain
    )
    {
        yield return ("first", [(spelled, odd), (key, plain)]);
        yield return ("last", [(key, plain), (spelled, odd)]);
        yield return ("alone", [(spelled, odd)]);
    }

    private static string Usual(string key, Aim aim) =>
        key switch
        {
            "params" => aim.Hostile,
            "method" => "\"tools/call\"",
            "id" => Aim.Id,
            _ => "\"2.0\"",
        };

    private static string Object(IEnumerable<(string Key, string Value)> members) =>
        "{" + string.Join(',', members.Select(member => $"\"{member.Key}\":{member.Value}")) + "}";

    private static string Escaped(char c) => $"\\u{(int)c:x4}";
}
