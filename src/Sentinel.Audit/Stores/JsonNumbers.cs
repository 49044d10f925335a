using System.Buffers.Text;

namespace Sentinel.Audit.Stores;

/// <summary>Which JSON numbers jsonb keeps as numbers.</summary>
internal static class JsonNumbers
{
    /// <summary>PostgreSQL prints numbers without an exponent: a few bytes could become 131,072 digits.</summary>
    public const int PrintedDigitsMax = 400;

    /// <param name="number">A number as JSON spells it.</param>
    public static bool IsStorable(ReadOnlySpan<byte> number)
    {
        if (number[0] == (byte)'-')
        {
            number = number[1..];
        }

        long exponent = 0;
        var e = number.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            var written = number[(e + 1)..];
            written = written[0] == (byte)'+' ? written[1..] : written;
            if (!Utf8Parser.TryParse(written, out int parsed, out var consumed) || consumed != written.Length)
            {
                return false;
            }

            exponent = parsed;
            number = number[..e];
        }

        var point = number.IndexOf((byte)'.');
        long whole = point < 0 ? number.Length : point;
        long fraction = point < 0 ? 0 : number.Length - point - 1;
        return Math.Max(1, whole + exponent) + Math.Max(0, fraction - exponent) <= PrintedDigitsMax;
    }
}
