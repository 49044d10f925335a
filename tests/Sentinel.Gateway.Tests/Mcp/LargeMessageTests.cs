using System.Globalization;
using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class LargeMessageTests
{
    // Comparing each key with all before it would take minutes.
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(20);

    [Fact]
    public void Two_hundred_thousand_keys_are_read_in_linear_time()
    {
        var body = Body(last: "");

        Assert.Null(Read(body));
    }

    [Theory]
    [InlineData(",\"k0\":1")]
    [InlineData(",\"k199999\":1")]
    [InlineData(",\"\\u006b123456\":1")]
    public void A_repeated_key_is_found_among_two_hundred_thousand(string last) =>
        Assert.Same(MessageFault.DuplicateKey, Read(Body(last)));

    [Fact]
    public void Twenty_thousand_objects_with_the_same_keys_are_no_repetition()
    {
        var items = string.Join(',', Enumerable.Repeat("""{"a":1,"b":{"a":1},"c":[]}""", 20_000));

        Assert.Null(Read(Encoding.UTF8.GetBytes(Messages.With($"\"items\":[{items}]"))));
    }

    private static byte[] Body(string last)
    {
        var keys = Enumerable.Range(0, 200_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"k{i}\":1"));
        return Encoding.UTF8.GetBytes(
            Messages.Call($"\"name\":\"a\",\"arguments\":{{{string.Join(',', keys)}{last}}}"));
    }

    private static MessageFault? Read(byte[] body)
    {
        var started = TimeProvider.System.GetTimestamp();
        var fault = MessageReader.Read(body, out _);
        var elapsed = TimeProvider.System.GetElapsedTime(started);

        Assert.True(elapsed < Generous, $"took {elapsed}");
        return fault;
    }
}
