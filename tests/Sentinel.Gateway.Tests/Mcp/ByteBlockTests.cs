using System.Runtime.InteropServices;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class ByteBlockTests
{
    private const int Rounds = 5000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_width_of_vector_finds_the_same(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = round % 2 == 0 ? RandomText.Structure(random, 64) : RandomText.Bytes(random, 64);
            ref var first = ref MemoryMarshal.GetArrayDataReference(bytes);
            var expected = new ByteBlock(
                Bits(bytes, b => b == '"'),
                Bits(bytes, b => b == '\\'),
                Bits(bytes, b => b is (byte)'{' or (byte)'['),
                Bits(bytes, b => b is (byte)'}' or (byte)']'));

            var place = $"seed {seed}, round {round}: {Convert.ToHexString(bytes)}";
            Assert.True(expected == ByteBlock.Read(ref first), place);
            Assert.True(expected == ByteBlock.ReadBy512(ref first), place);
            Assert.True(expected == ByteBlock.ReadBy256(ref first), place);
            Assert.True(expected == ByteBlock.ReadBy128(ref first), place);
            Assert.True(expected == ByteBlock.ReadByByte(ref first), place);
        }
    }

    [Fact]
    public void The_last_bytes_are_read_alone_wherever_they_begin()
    {
        var bytes = RandomText.Structure(new Random(3), 150);
        for (var length = 1; length <= bytes.Length; length++)
        {
            for (var at = Math.Max(0, length - 63); at < length; at++)
            {
                var alone = new byte[64];
                bytes.AsSpan(at, length - at).CopyTo(alone);
                var expected = ByteBlock.ReadByByte(ref alone[0]);
                Assert.True(expected == ByteBlock.ReadLast(bytes.AsSpan(0, length), at), $"{at} of {length}");
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Escapes_are_those_found_byte_by_byte(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var runs = (ulong)random.NextInt64() | (ulong)random.NextInt64() | (round % 2 == 0 ? 1UL << 63 : 0);
            var backslashes = round % 3 == 0 ? runs : (ulong)random.NextInt64();
            var carry = (ulong)random.Next(2);
            var isEscaped = carry == 1;
            ulong expected = 0;
            for (var at = 0; at < 64; at++)
            {
                expected |= isEscaped ? 1UL << at : 0;
                isEscaped = !isEscaped && (backslashes >> at & 1) == 1;
            }

            var place = $"seed {seed}, round {round}: {backslashes:x} after {carry}";
            Assert.True(expected == new ByteBlock(0, backslashes, 0, 0).Escaped(ref carry), place);
            Assert.True(isEscaped == (carry == 1), place);
        }
    }

    [Fact]
    public void Strings_reach_from_each_quote_to_before_the_next()
    {
        var random = new Random(4);
        for (var round = 0; round < Rounds; round++)
        {
            var quotes = (ulong)random.NextInt64() & (ulong)random.NextInt64();
            ulong expected = 0;
            var isInside = false;
            for (var at = 0; at < 64; at++)
            {
                isInside ^= (quotes >> at & 1) == 1;
                expected |= isInside ? 1UL << at : 0;
            }

            Assert.True(expected == ByteBlock.InsideStrings(quotes), $"{quotes:x}");
            Assert.True(expected == ByteBlock.InsideStringsByShifts(quotes), $"{quotes:x}");
        }
    }

    private static ulong Bits(byte[] bytes, Func<byte, bool> isWanted) =>
        bytes.Select((b, at) => isWanted(b) ? 1UL << at : 0).Aggregate((left, right) => left | right);
}
