using System.IO.Compression;
using System.Text;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>Bodies that are no plain JSON in UTF-8 to one reader and a call to another.</summary>
internal static class TextFamilies
{
    private static readonly (string Name, byte[] Bytes)[] NoUtf8 =
    [
        ("FF", [0xFF]),
        ("a lone continuation", [0x80]),
        ("an overlong slash", [0xC0, 0xAF]),
        ("an overlong letter", [0xC1, 0xA1]),
        ("half a surrogate pair", [0xED, 0xA0, 0x80]),
        ("beyond Unicode", [0xF5, 0x80, 0x80, 0x80]),
        ("a character cut off", [0xE2, 0x82]),
    ];

    public static IEnumerable<HostileBody> All(Aim aim) =>
        [
            .. Marks(aim),
            .. Charsets(aim),
            .. TwoTexts(aim),
            .. Encoded(aim),
            .. Invalid(aim),
            .. Surrogates(aim),
            .. Syntax(aim),
        ];

    private static IEnumerable<HostileBody> Marks(Aim aim)
    {
        byte[] mark = [0xEF, 0xBB, 0xBF];
        yield return new HostileBody("byte order mark, denied tool", [.. mark, .. Utf8(aim.HostileCall)]) { Id = null };
        yield return new HostileBody("byte order mark, allowed tool", [.. mark, .. Utf8(Aim.HarmlessCall)])
        {
            Id = null,
        };
        yield return new HostileBody("two byte order marks", [.. mark, .. mark, .. Utf8(aim.HostileCall)])
        {
            Id = null,
        };
        yield return new HostileBody("byte order mark behind", [.. Utf8(aim.HostileCall), .. mark]) { Id = null };
    }

    private static IEnumerable<HostileBody> Charsets(Aim aim)
    {
        (string, Encoding)[] encodings =
        [
            ("utf-16le", new UnicodeEncoding(bigEndian: false, byteOrderMark: false)),
            ("utf-16be", new UnicodeEncoding(bigEndian: true, byteOrderMark: false)),
            ("utf-16", new UnicodeEncoding(bigEndian: false, byteOrderMark: true)),
            ("ucs-2", new UnicodeEncoding(bigEndian: false, byteOrderMark: false)),
            ("utf-32le", new UTF32Encoding(bigEndian: false, byteOrderMark: false)),
            ("utf-32be", new UTF32Encoding(bigEndian: true, byteOrderMark: false)),
            ("iso-8859-1", Encoding.Latin1),
            ("windows-1252", Encoding.Latin1),
            ("us-ascii", Encoding.ASCII),
            ("utf-7", Encoding.ASCII),
            ("utf-8", new UnicodeEncoding(bigEndian: false, byteOrderMark: false)),
        ];
        foreach (var (charset, encoding) in encodings)
        {
            byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(aim.HostileCall)];
            string[] types =
            [
                $"application/json; charset={charset}", $"application/json;charset=\"{charset.ToUpperInvariant()}\"",
                $"application/json; charset=utf-8; charset={charset}",
                $"application/json; charset={charset}; charset=utf-8",
                $"application/json; charset*=utf-8''{charset}",
            ];
            foreach (var type in types.Distinct())
            {
                yield return new HostileBody($"body for {charset}, {type}", bytes) { ContentType = type, Id = null };
            }
        }

        foreach (var encoding in encodings.Take(6))
        {
            yield return new HostileBody($"body in {encoding.Item1}, unsaid", encoding.Item2.GetBytes(aim.HostileCall))
            {
                Id = null,
            };
        }
    }

    // One call as UTF-8, in which the rest is a text, and another in UTF-7, where that text ends early.
    private static IEnumerable<HostileBody> TwoTexts(Aim aim)
    {
        foreach (var (charset, quote) in new[] { ("utf-7", "+ACI-"), ("UTF-7", "+ACI-"), ("utf-7-imap", "&ACI-") })
        {
            var more = $"\"more\":\"{quote},{quote}name{quote}:{quote}{aim.Denied}\"";
            yield return new HostileBody(
                $"two texts, charset {charset}",
                Aim.Message(Aim.Harmless[..^1] + "," + more + "}")
            )
            {
                ContentType = $"application/json; charset={charset}",
            };
        }
    }

    private static IEnumerable<HostileBody> Encoded(Aim aim)
    {
        (string, byte[])[] encoded =
        [
            ("gzip", Packed(aim.HostileCall, target => new GZipStream(target, CompressionLevel.Fastest))),
            ("deflate", Packed(aim.HostileCall, target => new ZLibStream(target, CompressionLevel.Fastest))),
            ("br", Packed(aim.HostileCall, target => new BrotliStream(target, CompressionLevel.Fastest))),
        ];
        foreach (var (coding, bytes) in encoded)
        {
            string[] headers =
            [
                coding, coding.ToUpperInvariant(), $"x-{coding}", $"identity, {coding}", $"{coding}, identity",
                "identity",
            ];
            foreach (var header in headers)
            {
                yield return new HostileBody($"body packed by {coding}, Content-Encoding: {header}", bytes)
                {
                    Headers = [$"Content-Encoding: {header}"],
                    Id = null,
                };
            }

            yield return new HostileBody($"body packed by {coding}, two headers", bytes)
            {
                Headers = ["Content-Encoding: identity", $"Content-Encoding: {coding}"],
                Id = null,
            };
            yield return new HostileBody($"body packed by {coding}, no header", bytes) { Id = null };
        }
    }

    private static IEnumerable<HostileBody> Invalid(Aim aim)
    {
        (string, string)[] places =
        [
            ("a value", Aim.Message(Aim.Params(aim.Denied, """{"text":"un%seen"}"""))),
            ("an argument's key", Aim.Message(Aim.Params(aim.Denied, """{"text":"unseen","%":1}"""))),
            ("a key of params", Aim.Message($$"""{"%":1,{{aim.Hostile[1..]}}""")),
            ("a key of the root", $$"""{"%":1,{{aim.HostileCall[1..]}}"""),
            ("the tool's name", Aim.Message(Aim.Params(aim.Denied.Insert(1, "%"), Aim.Unseen))),
            ("the method", Aim.Message(aim.Hostile, method: "\"tools%/call\"")),
            ("the id", Aim.Message(aim.Hostile, id: "\"%\"")),
            ("an argument of the allowed tool", Aim.Message(Aim.Params("echo", """{"text":"un%seen"}"""))),
        ];
        return places.SelectMany(place => NoUtf8.Select(sequence =>
        {
            var at = place.Item2.IndexOf('%', StringComparison.Ordinal);
            byte[] bytes = [.. Utf8(place.Item2[..at]), .. sequence.Bytes, .. Utf8(place.Item2[(at + 1)..])];
            return new HostileBody($"no UTF-8 in {place.Item1}: {sequence.Name}", bytes) { Id = null };
        }));
    }

    private static IEnumerable<HostileBody> Surrogates(Aim aim)
    {
        foreach (var half in new[] { """\ud800""", """\uDC00""", """\udc00\ud800""" })
        {
            yield return new HostileBody(
                $"{half} in an argument",
                Aim.Message(Aim.Params("echo", $$"""{"text":"seen{{half}}"}"""))
            );
            yield return new HostileBody(
                $"{half} in an argument's key",
                Aim.Message(Aim.Params("echo", $$"""{"text":"seen","{{half}}":1}"""))
            );
            yield return new HostileBody($"{half} in a key of params",
                Aim.Message($$"""{"{{half}}":1,{{aim.Hostile[1..]}}"""));
            yield return new HostileBody($"{half} in a key of the root", $$"""{"{{half}}":1,{{aim.HostileCall[1..]}}""")
            {
                Id = null,
            };
        }
    }

    private static IEnumerable<HostileBody> Syntax(Aim aim)
    {
        var call = aim.HostileCall;
        (string, string)[] texts =
        [
            ("garbage behind", call + "x"), ("a brace behind", call + "}"), ("a NUL behind", call + "\0"),
            ("a comma behind", call + ","), ("a comment behind", call + "// x"), ("null behind", call + " null"),
            ("the allowed call behind", call + Aim.HarmlessCall), ("the denied call behind", Aim.HarmlessCall + call),
            ("the allowed call on the next line", call + "\n" + Aim.HarmlessCall),
            ("the denied call on the next line", Aim.HarmlessCall + "\n" + call),
            ("a record separator before", "\u001E" + call + "\n"), ("an array behind", call + "[]"),
            ("a comment before", "/* x */" + call), ("a prefix against scripts", ")]}'\n" + call),
            ("a NUL before", "\0" + call), ("a form feed before", "\f" + call),
            ("a no-break space before", "\u00A0" + call),
            ("a line separator before", "\u2028" + call), ("a vertical tab before", "\v" + call),
            ("a comment inside", "{/**/" + call[1..]), ("a trailing comma", call[..^1] + ",}"),
            ("a trailing comma in arguments", call[..^3] + ",}}}"), ("the last brace missing", call[..^1]),
            ("single quotes", call.Replace('"', '\'')),
            ("keys without quotes", call.Replace("\"id\"", "id", StringComparison.Ordinal)),
            ("a leading zero", call.Replace(":7,", ":07,", StringComparison.Ordinal)),
            ("a plus sign", call.Replace(":7,", ":+7,", StringComparison.Ordinal)),
            ("a hexadecimal id", call.Replace(":7,", ":0x7,", StringComparison.Ordinal)),
            ("NaN", call.Replace(":7,", ":NaN,", StringComparison.Ordinal)),
            ("a line end in a text", call.Replace("unseen", "un\nseen", StringComparison.Ordinal)),
            ("a control character in a text", call.Replace("unseen", "un\u0001seen", StringComparison.Ordinal)),
            ("an unknown escape", call.Replace("unseen", "un\\xseen", StringComparison.Ordinal)),
            ("a capital escape", call.Replace("unseen", "un\\U0041seen", StringComparison.Ordinal)),
            ("an event of a stream", $"event: message\ndata: {call}\n\n"), ("data of a stream", $"data: {call}\n\n"),
            ("nothing", ""), ("a blank", " "),
        ];
        return texts.Select(text => new HostileBody($"syntax: {text.Item1}", text.Item2) { Id = null });
    }

    private static byte[] Packed(string text, Func<Stream, Stream> pack)
    {
        var target = new MemoryStream();
        using (var packing = pack(target))
        {
            packing.Write(Utf8(text));
        }

        return target.ToArray();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
