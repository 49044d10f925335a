namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>Values that readers take differently: ids, methods, names, and messages of two kinds.</summary>
internal static class ShapeFamilies
{
    public static IEnumerable<HostileBody> All(Aim aim) =>
        [.. Ids(aim), .. Methods(aim), .. Names(aim), .. Messages(aim), .. Nested(aim)];

    private static IEnumerable<HostileBody> Ids(Aim aim)
    {
        (string Name, string Id, bool IsProper)[] ids =
        [
            ("null", "null", false),
            ("1.5", "1.5", false),
            ("1.0", "1.0", false),
            ("1e0", "1e0", false),
            ("-0", "-0", false),
            ("1e400", "1e400", false),
            ("an object", "{}", false),
            ("an array", "[]", false),
            ("an array of one", "[7]", false),
            ("true", "true", false),
            ("2^53+1", "9007199254740993", true),
            ("2^63", "9223372036854775808", true),
            ("2^64+1", "18446744073709551617", true),
            ("of thirty digits", "123456789012345678901234567890", true),
            ("negative", "-7", true),
            ("empty", "\"\"", true),
            ("a number as text", "\"7\"", true),
            ("with a NUL", "\"7\\u0000\"", true),
            ("half a surrogate pair", "\"\\ud800\"", false),
            ("__proto__", "\"__proto__\"", true),
            ("very long", $"\"{new string('i', 3000)}\"", false),
        ];
        foreach (var (name, id, isProper) in ids)
        {
            var known = isProper ? id : null;
            yield return new HostileBody($"id {name}, denied tool", Aim.Message(aim.Hostile, id)) { Id = known };
            yield return new HostileBody($"id {name}, allowed tool", Aim.Message(Aim.Harmless, id)) { Id = known };
        }

        yield return new HostileBody(
            "no id",
            $$"""{"jsonrpc":"2.0","method":"tools/call","params":{{aim.Hostile}}}"""
        )
        {
            Id = null,
        };
    }

    private static IEnumerable<HostileBody> Methods(Aim aim)
    {
        string[] methods =
        [
            """tools\/call""", """tools\/c\u0061ll""",
            """\u0074\u006f\u006f\u006c\u0073\u002f\u0063\u0061\u006c\u006c""",
            "Tools/Call", "TOOLS/CALL", " tools/call", "tools/call ", """tools/call\u0000""", """tools/call\n""",
            "tools\u2044call", "tools/ca\u017Fll", """tools\\/call""", "tool\u017F/call", """\ufefftools/call""",
            "tools//call",
        ];
        return methods.Select(method =>
            new HostileBody($"method {Shown(method)}", Aim.Message(aim.Hostile, method: $"\"{method}\""))
        );
    }

    private static IEnumerable<HostileBody> Names(Aim aim)
    {
        var (first, rest) = (aim.Denied[0], aim.Denied[1..]);
        string[] names =
        [
            $"\\u{(int)first:x4}{rest}", string.Concat(aim.Denied.Select(c => $"\\u{(int)c:X4}")),
            $"{aim.Denied} ", $" {aim.Denied}", $"{aim.Denied}\\u0000", $"\\u0000{aim.Denied}",
            $"{aim.Denied}\\u0000echo",
            $"echo\\u0000{aim.Denied}", $"echo,{aim.Denied}", aim.Denied.ToUpperInvariant(), $"{aim.Denied}\\ud800",
            $"\\ufeff{aim.Denied}", $"{aim.Denied}\u200B", $"{aim.Denied}\u00AD", $"../{aim.Denied}",
            $"echo/../{aim.Denied}",
            "\uFF45cho", "echo ", """echo\u0000""", "ECHO",
        ];
        foreach (var name in names)
        {
            yield return new HostileBody($"name {Shown(name)}", Aim.Message(Aim.Params(name, Aim.Unseen)));
        }

        string[] values = [$"[\"{aim.Denied}\"]", $$"""{"name":"{{aim.Denied}}"}""", "1", "null", "true"];
        foreach (var value in values)
        {
            yield return new HostileBody(
                $"name is {Shown(value)}",
                Aim.Message($$"""{"name":{{value}},"arguments":{{Aim.Unseen}}}""")
            );
        }
    }

    private static IEnumerable<HostileBody> Messages(Aim aim)
    {
        var rest = aim.HostileCall[1..];
        (string, string)[] texts =
        [
            ("the denied call, plainly", aim.HostileCall),
            ("a result beside the method", $$"""{"result":{},{{rest}}"""),
            ("an error beside the method", $$"""{"error":{"code":1,"message":"x"},{{rest}}"""),
            ("a null result beside the method", $$"""{"result":null,{{rest}}"""),
            ("params are an array", Aim.Message($$"""["{{aim.Denied}}",{{Aim.Unseen}}]""")),
            ("params are an array of the object", Aim.Message($"[{aim.Hostile}]")),
            ("params are text", Aim.Message(System.Text.Json.JsonSerializer.Serialize(aim.Hostile))),
            ("params are null", Aim.Message("null")),
            ("arguments are null", Aim.Message(Aim.Params(aim.Denied, "null"))),
            ("arguments are an array", Aim.Message(Aim.Params(aim.Denied, $"[{Aim.Unseen}]"))),
            ("arguments are missing", Aim.Message($$"""{"name":"{{aim.Denied}}"}""")),
            ("no jsonrpc", $$"""{"id":7,"method":"tools/call","params":{{aim.Hostile}}}"""),
            ("jsonrpc 1.0", aim.HostileCall.Replace("\"2.0\"", "\"1.0\"", StringComparison.Ordinal)),
            ("jsonrpc a number", aim.HostileCall.Replace("\"2.0\"", "2.0", StringComparison.Ordinal)),
            ("jsonrpc null", aim.HostileCall.Replace("\"2.0\"", "null", StringComparison.Ordinal)),
            ("a message in a message", $$"""{"message":{{aim.HostileCall}}}"""),
            ("a message as text", System.Text.Json.JsonSerializer.Serialize(aim.HostileCall)),
            ("a tool's members in the root",
                $$"""{"name":"{{aim.Denied}}","arguments":{{Aim.Unseen}},{{Aim.HarmlessCall[1..]}}"""),
        ];
        return texts.Select(text => new HostileBody(text.Item1, text.Item2) { Id = null });
    }

    private static IEnumerable<HostileBody> Nested(Aim aim)
    {
        foreach (var depth in new[] { 61, 62, 63, 64, 65, 100, 1000, 4000 })
        {
            var array = new string('[', depth) + new string(']', depth);
            var objects = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
            var name = $"{depth} levels of";
            yield return new HostileBody($"{name} arrays in arguments",
                Aim.Message(Aim.Params(aim.Denied, Text(array))));
            yield return new HostileBody($"{name} objects in arguments",
                Aim.Message(Aim.Params(aim.Denied, Text(objects))));
            yield return new HostileBody($"{name} arrays in the root",
                $$"""{"more":{{array}},{{aim.HostileCall[1..]}}""")
            {
                Id = null,
            };
            yield return new HostileBody(
                $"{name} objects in meta",
                Aim.Message($$"""{"_meta":{"more":{{objects}}},{{aim.Hostile[1..]}}""")
            );
            yield return new HostileBody($"{name} arrays, allowed tool", Aim.Message(Aim.Params("echo", Text(array))));
        }
    }

    private static string Text(string more) => $$"""{"text":"unseen","more":{{more}}}""";

    private static string Shown(string value) =>
        string.Concat(value.Select(c => c is > ' ' and < '\x7F' ? $"{c}" : $"<{(int)c:X}>"));
}
