using System.Globalization;

namespace Sentinel.Gateway.Rbac;

/// <summary>A JSON number compared exactly, whatever its size and spelling, without expanding its exponent.</summary>
/// <remarks>1, 1.0, 10e-1 and 1E0 are one number, and so are 0, -0 and 0e9. Linear in the spelling.</remarks>
internal readonly ref struct JsonNumber
{
    private readonly ReadOnlySpan<byte> _digits;
    private readonly long _magnitude;
    private readonly int _sign;

    /// <param name="token">The number as JSON spells it.</param>
    public JsonNumber(ReadOnlySpan<byte> token)
    {
        var isNegative = token[0] == '-';
        var digits = isNegative ? token[1..] : token;
        var e = digits.IndexOfAny((byte)'e', (byte)'E');
        var exponent = e < 0 ? 0 : ReadExponent(digits[(e + 1)..]);
        digits = e < 0 ? digits : digits[..e];
        var point = digits.IndexOf((byte)'.');
        var whole = point < 0 ? digits.Length : point;
        var first = digits.IndexOfAnyExcept((byte)'0', (byte)'.');
        if (first < 0)
        {
            return;
        }

        // The power of ten of the first digit that counts.
        _magnitude = exponent + (first < whole ? whole - 1 - first : whole - first);
        _digits = digits[first..(digits.LastIndexOfAnyExcept((byte)'0', (byte)'.') + 1)];
        _sign = isNegative ? -1 : 1;
    }

    private int OrderTo(JsonNumber other)
    {
        if (_sign != other._sign)
        {
            return _sign.CompareTo(other._sign);
        }

        return _sign * (_magnitude != other._magnitude
            ? _magnitude.CompareTo(other._magnitude)
            : CompareDigits(_digits, other._digits));
    }

    /// <summary>
    /// Whether numbers compare alike exactly and as the doubles that most servers make of them.
    /// </summary>
    /// <returns>The order, or null where the two ways differ.</returns>
    public static int? Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var exact = new JsonNumber(left).OrderTo(new JsonNumber(right));
        var rounded = ToDouble(left).CompareTo(ToDouble(right));
        return Math.Sign(exact) == Math.Sign(rounded) ? exact : null;
    }

    private static double ToDouble(ReadOnlySpan<byte> token) =>
        double.Parse(token, NumberStyles.Float, CultureInfo.InvariantCulture) + 0.0;

    private static int CompareDigits(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int l = 0, r = 0;
        while (true)
        {
            l += l < left.Length && left[l] == '.' ? 1 : 0;
            r += r < right.Length && right[r] == '.' ? 1 : 0;
            if (l >= left.Length || r >= right.Length)
            {
                return (left.Length - l).CompareTo(right.Length - r);
            }

            if (left[l] != right[r])
            {
                return left[l].CompareTo(right[r]);
            }

            l++;
            r++;
        }
    }

    // An exponent beyond a long's reach is cut: a difference of that size is decided all the same.
    private static long ReadExponent(ReadOnlySpan<byte> text)
    {
        var isNegative = text[0] == '-';
        long exponent = 0;
        foreach (var digit in text[(text[0] is (byte)'-' or (byte)'+' ? 1 : 0)..])
        {
            exponent = Math.Min((exponent * 10) + (digit - '0'), long.MaxValue / 100);
        }

        return isNegative ? -exponent : exponent;
    }
}
