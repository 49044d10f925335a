using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class JsonSkipperTests
{
    private static readonly string Long = new('x', 200);

    public static TheoryData<string> Containers =>
    [
        "}", "{}}", "[{}]]", "\"}\"}", "\"\\\"}\"}", "\"\\\\\"}", "\"\\\\\\\"}\"}", "\"]]]]\",[[[[]]]]}",
        $"\"{Long}\"}}", $"\"{Long}\\\"}}\"{Long}}}", $"{Long}{{{Long}[{Long}]{Long}}}{Long}}}",
        $"\"{Long}{new string('\\', 126)}\"}}", $"\"{Long}{new string('\\', 127)}\"}}\"}}",
        new string('[', 300) + new string(']', 301), $"\"a\":[{string.Concat(Enumerable.Repeat("{},", 100))}0]}}",
    ];

    [Theory]
    [MemberData(nameof(Containers))]
    public void A_container_ends_at_its_own_bracket_wherever_it_is_cut(string rest)
    {
        var bytes = Encoding.UTF8.GetBytes(rest + "}]\"after");
        var expected = EndOfContainer(bytes);

        Assert.Equal(rest.Length, expected);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.True(expected == SkipContainer([bytes[..cut], bytes[cut..]]), $"cut at {cut}");
        }

        Assert.Equal(expected, SkipContainer(bytes.Select(b => new[] { b })));
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("\\\"\"")]
    [InlineData("\\\\\"")]
    [InlineData("\\\\\\\"\"")]
    [InlineData("\\u0022{[\"")]
    public void A_string_ends_at_its_quote_wherever_it_is_cut(string rest)
    {
        foreach (var text in new[] { rest, Long + rest, "\\n" + Long + rest, rest[..^1] + Long + rest })
        {
            var bytes = Encoding.UTF8.GetBytes(text + "\"after\"");
            for (var cut = 0; cut <= bytes.Length; cut++)
            {
                Assert.True(text.Length == SkipString([bytes[..cut], bytes[cut..]]), $"cut at {cut}: {text}");
            }

            Assert.Equal(text.Length, SkipString(bytes.Select(b => new[] { b })));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_bytes_are_it_ends_where_a_walk_byte_by_byte_ends(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 4000; round++)
        {
            var bytes = RandomText.Structure(random, random.Next(1, 400));
            if (round % 2 == 0)
            {
                // Long enough to reach far: few closing brackets.
                bytes = [.. "[[[[[[[["u8, .. bytes];
            }

            var place = $"seed {seed}, round {round}: {Convert.ToHexString(bytes)}";
            Assert.True(EndOfContainer(bytes) == SkipContainer([bytes]), place);
            Assert.True(EndOfContainer(bytes) == SkipContainer(RandomText.InThree(random, bytes)), place);
            Assert.True(EndOfString(bytes) == SkipString([bytes]), place);
            Assert.True(EndOfString(bytes) == SkipString(RandomText.InThree(random, bytes)), place);
        }
    }

    // Null where it does not end.
    private static int? SkipContainer(IEnumerable<byte[]> parts)
    {
        var skipper = default(JsonSkipper);
        skipper.BeginContainer();
        var total = 0;
        foreach (var part in parts)
        {
            total += skipper.SkipContainer(part);
            if (!skipper.IsInContainer)
            {
                return total;
            }
        }

        return null;
    }

    private static int? SkipString(IEnumerable<byte[]> parts)
    {
        var skipper = default(JsonSkipper);
        skipper.BeginString();
        var total = 0;
        foreach (var part in parts)
        {
            total += skipper.SkipString(part, out var isEnd);
            if (isEnd)
            {
                return total;
            }
        }

        return null;
    }

    private static int? EndOfContainer(byte[] bytes)
    {
        var depth = 1;
        var isInString = false;
        var isEscaped = false;
        for (var at = 0; at < bytes.Length; at++)
        {
            var b = bytes[at];
            isInString ^= b == '"' && !isEscaped;
            isEscaped = b == '\\' && !isEscaped;
            depth += isInString ? 0 : b is (byte)'{' or (byte)'[' ? 1 : b is (byte)'}' or (byte)']' ? -1 : 0;
            if (depth == 0)
            {
                return at + 1;
            }
        }

        return null;
    }

    private static int? EndOfString(byte[] bytes)
    {
        var isEscaped = false;
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] == '"' && !isEscaped)
            {
                return at + 1;
            }

            isEscaped = bytes[at] == '\\' && !isEscaped;
        }

        return null;
    }
}
