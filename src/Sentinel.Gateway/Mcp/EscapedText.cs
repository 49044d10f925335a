using System.Buffers.Text;
using System.Text;

namespace Sentinel.Gateway.Mcp;

/// <summary>A JSON string as spelled between its quotes, compared and read without trusting its spelling.</summary>
/// <remarks>Nothing here throws: a server could make every key of its answer cost an exception.</remarks>
internal static class EscapedText
{
    // A pair of surrogates, each as \uXXXX.
    private const int EscapeBytesMax = 12;

    /// <summary>Whether it spells exactly this text.</summary>
    public static bool Spells(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> text)
    {
        Span<byte> utf8 = stackalloc byte[4];
        while (true)
        {
            var plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
            {
                return raw.SequenceEqual(text);
            }

            if (!text.StartsWith(raw[..plain]) || !TryReadEscape(raw[plain..], out var rune, out var length))
            {
                return false;
            }

            raw = raw[(plain + length)..];
            text = text[plain..];
            var unescaped = utf8[..rune.EncodeToUtf8(utf8)];
            if (!text.StartsWith(unescaped))
            {
                return false;
            }

            text = text[unescaped.Length..];
        }
    }

    /// <summary>The text it spells; escapes that spell nothing are shown as they came.</summary>
    /// <param name="raw">The string as spelled.</param>
    /// <param name="isCut">Whether it goes on after these bytes, so that an escape may be incomplete.</param>
    public static string Read(ReadOnlySpan<byte> raw, bool isCut)
    {
        var text = new StringBuilder();
        while (!raw.IsEmpty)
        {
            var plain = raw.IndexOf((byte)'\\');
            if (plain != 0)
            {
                plain = plain < 0 ? raw.Length : plain;
                text.Append(Encoding.UTF8.GetString(raw[..plain]));
                raw = raw[plain..];
            }
            else if (TryReadEscape(raw, out var rune, out var length))
            {
                text.Append(rune.ToString());
                raw = raw[length..];
            }
            else if (isCut && raw.Length < EscapeBytesMax)
            {
                break;
            }
            else
            {
                text.Append('\\');
                raw = raw[1..];
            }
        }

        return text.ToString();
    }

    /// <summary>The text it spells, if that is printable ASCII to its end; else null.</summary>
    public static string? ReadPrintable(ReadOnlySpan<byte> raw)
    {
        var text = new StringBuilder(raw.Length);
        while (!raw.IsEmpty)
        {
            var rune = new Rune(raw[0] < 0x80 ? raw[0] : 0);
            var length = 1;
            if ((raw[0] == '\\' && !TryReadEscape(raw, out rune, out length)) || rune.Value is < ' ' or > '~')
            {
                return null;
            }

            text.Append((char)rune.Value);
            raw = raw[length..];
        }

        return text.ToString();
    }

    private static bool TryReadEscape(ReadOnlySpan<byte> raw, out Rune rune, out int length)
    {
        length = 2;
        rune = default;
        if (raw.Length < 2)
        {
            return false;
        }

        if (raw[1] == 'u')
        {
            return TryReadUnits(raw, out rune, out length);
        }

        var c = (char)raw[1] switch
        {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => '\0',
        };
        rune = new Rune(c);
        return c != '\0';
    }

    // \uXXXX, or two of them for a pair of surrogates.
    private static bool TryReadUnits(ReadOnlySpan<byte> raw, out Rune rune, out int length)
    {
        length = 6;
        rune = default;
        if (!TryReadUnit(raw, out var unit))
        {
            return false;
        }

        if (!char.IsHighSurrogate(unit))
        {
            return Rune.TryCreate(unit, out rune);
        }

        length = EscapeBytesMax;
        return TryReadUnit(raw[6..], out var low) && Rune.TryCreate(unit, low, out rune);
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> raw, out char unit)
    {
        unit = '\0';
        if (raw.Length < 6 || !raw.StartsWith("\\u"u8)
            || !Utf8Parser.TryParse(raw[2..6], out ushort value, out var digits, 'X') || digits != 4)
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
