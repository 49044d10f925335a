using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Sentinel.Gateway.Tests.Mcp.Generated;

/// <summary>A body that is mostly a request, as members that can be left out one by one.</summary>
internal sealed record GeneratedRequest(string[] Root, string[]? Params, string[]? Meta, string Before, string After)
{
    private static readonly string[] ProtocolKeys = [.. PlainReading.ProtocolKeys];

    private static readonly Gen<string> OtherKey = Generating.Spelled("x", "X", "arguments", "task", "trace", "é", "É", "");

    // A key that a lenient reader may take for one of the protocol's.
    private static readonly Gen<string> LookAlike =
        from key in Gen.Elements(ProtocolKeys)
        from kind in Gen.Choose(0, 5)
        from text in Generating.Spelled(kind switch
        {
            0 => key.ToUpperInvariant(),
            1 => char.ToUpperInvariant(key[0]) + key[1..],
            2 => key + "\0",
            3 => key.Replace('s', '\u017F').Replace('k', '\u212A'),
            4 => key + "\0\0x",
            _ => key,
        })
        select text;

    private static readonly Gen<string> NoiseKey =
        Gen.Frequency((20, OtherKey), (7, LookAlike), (1, Gen.Constant("\"\\ud800\"")));

    public static readonly Gen<GeneratedRequest> Any =
        from root in RootMembers()
        from parameters in Generating.Mostly(12, Gen.Constant(""))
        from named in Members(Generating.Mostly(12, Key("name", Name())))
        from meta in Generating.Mostly(2, Gen.Constant(""))
        from revision in Members(Generating.Mostly(2, Key("io.modelcontextprotocol/protocolVersion", Generating.Text())))
        from before in Gen.Frequency((30, Generating.Blank), (1, Gen.Elements("\uFEFF", "[", "1")))
        from after in Gen.Frequency((30, Generating.Blank), (1, Gen.Elements("x", "{}", "\0", "]")))
        select new GeneratedRequest(
            root, parameters is null ? null : named, meta is null ? null : revision, before, after);

    public byte[] Body => Encoding.UTF8.GetBytes(ToString());

    public IEnumerable<GeneratedRequest> Smaller()
    {
        foreach (var fewer in Without(Root))
        {
            yield return this with { Root = fewer };
        }

        if (Params is not null)
        {
            yield return this with { Params = null };
            foreach (var fewer in Without(Params))
            {
                yield return this with { Params = fewer };
            }
        }

        if (Meta is not null)
        {
            yield return this with { Meta = null };
        }
    }

    public override string ToString()
    {
        var root = new List<string>(Root);
        if (Params is not null)
        {
            var parameters = Meta is null ? Params : [.. Params, $"\"_meta\":{{{string.Join(',', Meta)}}}"];
            root.Insert(root.Count / 2, $"\"params\": {{{string.Join(" ,", parameters)}}}");
        }

        return $"{Before}{{{string.Join(',', root)}\n}}{After}";
    }

    private static Gen<string[]> RootMembers() => Members(
        Generating.Mostly(20, Key("jsonrpc", Gen.Frequency((20, Generating.Spelled("2.0")), (1, Generating.Value(1))))),
        Generating.Mostly(8, Key("id", Id())),
        Generating.Mostly(8, Key("method", Method())),
        Generating.Mostly(2, Gen.Constant("\"trace\":[ ]")),
        Gen.Frequency(
            (8, Gen.Constant<string?>(null)),
            (1, Key("result", Generating.Value(2)).Select(m => (string?)m)),
            (1, Key("error", Generating.Value(2)).Select(m => (string?)m))));

    private static Gen<string> Id() => Gen.Frequency(
        (6, Gen.Elements("1", "0", "-7", "12345678901234567890")),
        (6, Generating.Text()),
        (2, Generating.Number),
        (1, Gen.Elements("null", "{}", "[1]", "\"\\ud800\"")));

    private static Gen<string> Method() => Gen.Frequency(
        (10, Generating.Spelled("tools/call")),
        (4, Generating.Spelled("tools/list", "initialize", "notifications/initialized", "acme/any")),
        (2, Generating.Spelled("TOOLS/CALL", "tools/call ", "tool\u017F/call", "tools/call\0", "\u200Btools/call")),
        (1, Generating.Value(1)));

    private static Gen<string> Name() => Gen.Frequency(
        (10, Generating.Text()),
        (1, Gen.Elements("\"a\\udc00\"", "\"a\\u0000\"", "\"\\nb\"", "\"a\\u007f\"")),
        (1, Generating.Value(1)));

    // These, and now and then one more.
    private static Gen<string[]> Members(params Gen<string?>[] members) =>
        from given in Gen.CollectToArray(members)
        from more in Gen.Frequency((3, Gen.Constant(0)), (2, Gen.Choose(1, 2)))
        from others in Generating.Member(NoiseKey, Generating.Value(3)).ListOf(more)
        from order in Gen.Shuffle(given.OfType<string>().Concat(others))
        select order.ToArray();

    private static Gen<string> Key(string key, Gen<string> value) => Generating.Member(Generating.Spelled(key), value);

    private static IEnumerable<string[]> Without(string[] members) =>
        members.Select((_, i) => members.Where((_, other) => other != i).ToArray());
}
