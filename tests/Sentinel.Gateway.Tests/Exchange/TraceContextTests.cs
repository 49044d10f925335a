using System.Diagnostics;
using Sentinel.Gateway.Exchange;
using Xunit;

namespace Sentinel.Gateway.Tests.Exchange;

/// <summary>A traceparent is W3C's, or none.</summary>
public sealed class TraceContextTests
{
    private const string Good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public void A_good_one_is_read()
    {
        Assert.True(TraceContext.TryParse(Good, "a=1", out var context));

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", context.TraceId.ToHexString());
        Assert.Equal("b7ad6b7169203331", context.SpanId.ToHexString());
        Assert.Equal((ActivityTraceFlags.Recorded, "a=1", true), (context.TraceFlags, context.TraceState, context.IsRemote));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-")]
    [InlineData(" 0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319é-b7ad6b7169203331-01")]
    public void A_bad_one_is_not(string? traceParent) =>
        Assert.False(TraceContext.TryParse(traceParent, null, out _), traceParent);

    [Theory]
    [InlineData("")]
    [InlineData("a=1\r\nX: 1")]
    [InlineData("a=\u00e9")]
    [InlineData("a=\0")]
    public void A_state_that_could_be_no_header_is_left_out(string state)
    {
        Assert.True(TraceContext.TryParse(Good, state, out var context));

        Assert.Null(context.TraceState);
    }

    [Fact]
    public void A_state_that_is_too_long_is_left_out()
    {
        Assert.True(TraceContext.TryParse(Good, new string('a', 513), out var tooLong));
        Assert.True(TraceContext.TryParse(Good, new string('a', 512), out var longest));

        Assert.Null(tooLong.TraceState);
        Assert.NotNull(longest.TraceState);
    }
}
