using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Sentinel.Audit.Stores;

/// <summary>Reads JSON strings as they stand between their quotes, where System.Text.Json would throw.</summary>
internal static class JsonStrings
{
    /// <summary>Whether an escape in it stands for NUL or for half of a surrogate pair.</summary>
    public static bool HasUnstorableEscape(ReadOnlySpan<byte> raw)
    {
        while (raw.IndexOf((byte)'\\') is var at and >= 0)
        {
            raw = raw[at..];
            if (raw[1] != (byte)'u')
            {
                raw = raw[2..];
                continue;
            }

            raw = raw[ReadRune(raw, out var rune)..];
            if (rune is null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Unescapes; what cannot be stored becomes U+FFFD.</summary>
    /// <param name="raw">Valid JSON text between quotes.</param>
    /// <param name="target">At least as long as <paramref name="raw"/>: no escape is shorter than its value.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        var written = 0;
        while (raw.IndexOf((byte)'\\') is var at and >= 0)
        {
            raw[..at].CopyTo(target[written..]);
            written += at;
            raw = raw[at..];
            if (raw[1] == (byte)'u')
            {
                raw = raw[ReadRune(raw, out var rune)..];
                written += (rune ?? Rune.ReplacementChar).EncodeToUtf8(target[written..]);
            }
            else
            {
                target[written++] = Simple(raw[1]);
                raw = raw[2..];
            }
        }

        raw.CopyTo(target[written..]);
        return written + raw.Length;
    }

    /// <summary>Writes U+FFFD for every escape that cannot be stored, and the rest as it stands.</summary>
    /// <param name="raw">Valid JSON text between quotes.</param>
    /// <param name="target">Takes JSON text between quotes.</param>
    public static void Replace(ReadOnlySpan<byte> raw, IBufferWriter<byte> target)
    {
        var at = 0;
        while (raw[at..].IndexOf((byte)'\\') is var ahead and >= 0)
        {
            at += ahead;
            if (raw[at + 1] != (byte)'u')
            {
                at += 2;
                continue;
            }

            var length = ReadRune(raw[at..], out var rune);
            if (rune is null)
            {
                target.Write(raw[..at]);
                target.Write("\uFFFD"u8);
                raw = raw[(at + length)..];
                at = 0;
            }
            else
            {
                at += length;
            }
        }

        target.Write(raw);
    }

    // Null stands for what cannot be stored. Returns the length of the one or two escapes that were read.
    private static int ReadRune(ReadOnlySpan<byte> raw, out Rune? rune)
    {
        const int escape = 6;
        var first = CodeUnit(raw);
        if (char.IsHighSurrogate(first) && raw.Length >= 2 * escape && raw[escape..].StartsWith("\\u"u8))
        {
            var second = CodeUnit(raw[escape..]);
            if (char.IsLowSurrogate(second))
            {
                rune = new Rune(first, second);
                return 2 * escape;
            }
        }

        rune = first == '\0' || char.IsSurrogate(first) ? null : new Rune(first);
        return escape;
    }

    private static char CodeUnit(ReadOnlySpan<byte> raw) =>
        Utf8Parser.TryParse(raw.Slice(2, 4), out ushort unit, out _, 'x')
            ? (char)unit
            : throw new JsonException("An escape is not followed by four hex digits.");

    private static byte Simple(byte escaped) => escaped switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => escaped,
    };
}
