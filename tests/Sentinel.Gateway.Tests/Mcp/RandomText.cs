namespace Sentinel.Gateway.Tests.Mcp;

/// <summary>Random bytes for readers that must not care.</summary>
internal static class RandomText
{
    public static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Mostly what has a meaning in JSON.</summary>
    public static byte[] Structure(Random random, int length) =>
        random.GetItems("\"\"\"\\\\{}[]{}[],: a1\0\u007f"u8, length);

    /// <summary>The same bytes in three parts, some of them empty.</summary>
    public static byte[][] InThree(Random random, byte[] bytes)
    {
        var first = random.Next(bytes.Length + 1);
        var second = random.Next(first, bytes.Length + 1);
        return [bytes[..first], bytes[first..second], bytes[second..]];
    }
}
