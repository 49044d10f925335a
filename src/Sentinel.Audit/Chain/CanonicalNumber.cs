namespace Sentinel.Audit.Chain;

/// <summary>Spells a JSON number as PostgreSQL's <c>numeric</c> prints it, whichever way it was written.</summary>
/// <remarks>No exponent; as many digits after the point as the spelling implies; no sign on a zero.</remarks>
internal static class CanonicalNumber
{
    /// <summary>Appends a number that <see cref="Stores.JsonNumbers.IsStorable"/> lets pass.</summary>
    public static void Write(ReadOnlySpan<byte> number, CanonicalBuffer buffer)
    {
        var isNegative = number[0] == (byte)'-';
        number = isNegative ? number[1..] : number;
        var exponent = TakeExponent(ref number);
        var point = number.IndexOf((byte)'.');
        var whole = point < 0 ? number : number[..point];
        var fraction = point < 0 ? [] : number[(point + 1)..];
        if (isNegative && (whole.ContainsAnyExcept((byte)'0') || fraction.ContainsAnyExcept((byte)'0')))
        {
            buffer.Append((byte)'-');
        }

        WriteWhole(whole, fraction, exponent, buffer);
        WriteFraction(whole, fraction, exponent, buffer);
    }

    private static int TakeExponent(ref ReadOnlySpan<byte> number)
    {
        var e = number.IndexOfAny((byte)'e', (byte)'E');
        if (e < 0)
        {
            return 0;
        }

        var digits = number[(e + 1)..];
        number = number[..e];
        var isNegative = digits[0] == (byte)'-';
        var exponent = 0;
        foreach (var digit in digits[0] is (byte)'-' or (byte)'+' ? digits[1..] : digits)
        {
            exponent = (10 * exponent) + digit - '0';
        }

        return isNegative ? -exponent : exponent;
    }

    // The digits before the point, once it has moved; zeros in front of the first other digit are not printed.
    private static void WriteWhole(
        ReadOnlySpan<byte> whole,
        ReadOnlySpan<byte> fraction,
        int exponent,
        CanonicalBuffer buffer)
    {
        var isStarted = false;
        for (var i = 0; i < whole.Length + exponent; i++)
        {
            var digit = DigitAt(whole, fraction, i);
            isStarted |= digit != (byte)'0';
            if (isStarted)
            {
                buffer.Append(digit);
            }
        }

        if (!isStarted)
        {
            buffer.Append((byte)'0');
        }
    }

    private static void WriteFraction(
        ReadOnlySpan<byte> whole,
        ReadOnlySpan<byte> fraction,
        int exponent,
        CanonicalBuffer buffer)
    {
        var digits = fraction.Length - exponent;
        if (digits <= 0)
        {
            return;
        }

        buffer.Append((byte)'.');
        for (var i = 0; i < digits; i++)
        {
            buffer.Append(DigitAt(whole, fraction, whole.Length + exponent + i));
        }
    }

    // The digits of the number in a row, with zeros on either side of those that are written.
    private static byte DigitAt(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, int index)
    {
        if (index >= 0 && index < whole.Length)
        {
            return whole[index];
        }

        index -= whole.Length;
        return index >= 0 && index < fraction.Length ? fraction[index] : (byte)'0';
    }
}
