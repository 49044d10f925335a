using System.Text;
using Sentinel.Gateway.Forwarding;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Forwarding;

public sealed class EndpointEventStreamTests
{
    [Theory]
    [InlineData("event: endpoint\ndata: /m?s=1\n\n", "event: endpoint\ndata: </m?s=1>\n\n")]
    [InlineData("event:endpoint\r\ndata:/m\r\n\r\n", "event: endpoint\ndata: </m>\n\n\n")]
    [InlineData("event: endpoint\rdata: /m\r\r", "event: endpoint\ndata: </m>\n\n")]
    [InlineData("data: /m\nevent: endpoint\n\n", "event: endpoint\ndata: </m>\n\n")]
    [InlineData("id: 1\nevent: endpoint\n: note\nretry: 5\ndata: /m\n\n", "event: endpoint\ndata: </m>\n\n")]
    [InlineData("\uFEFFevent: endpoint\ndata: /m\n\n", "event: endpoint\ndata: </m>\n\n")]
    [InlineData(": hello\n\nevent: endpoint\ndata: /m\n\n", ": hello\n\nevent: endpoint\ndata: </m>\n\n")]
    [InlineData("\r\n\r\nevent: endpoint\ndata: /m\n\n", "\r\n\r\nevent: endpoint\ndata: </m>\n\n")]
    [InlineData("event: endpoint\ndata: /m\n\nevent: message\ndata: {}\n\n", "event: endpoint\ndata: </m>\n\nevent: message\ndata: {}\n\n")]
    [InlineData("event: endpoint\ndata\n\n", "event: endpoint\ndata: <>\n\n")]
    public async Task An_endpoint_event_is_rewritten_wherever_the_stream_is_cut(string sent, string expected) =>
        await AssertAllCutsAsync(sent, expected, isCut: false);

    [Theory]
    [InlineData("")]
    [InlineData("data: {}\n\n")]
    [InlineData("event: message\ndata: {}\n\ndata: x\n\n")]
    [InlineData("id: 1\ndata: \n\nevent: message\ndata: event: endpoint\n\n")]
    [InlineData("event: endpoints\ndata: /m\n\n")]
    [InlineData("event: Endpoint\ndata: /m\n\n")]
    [InlineData("event:  endpoint\ndata: /m\n\n")]
    [InlineData(": event: endpoint\n\ndata: x\n\n")]
    [InlineData(": only a comment\n\n")]
    [InlineData("data: x\r\n\r\ndata: y\r\n\r\n")]
    [InlineData("retry: 1\n\ndata: x\n\n")]
    public async Task Any_other_stream_passes_byte_for_byte(string sent) =>
        await AssertAllCutsAsync(sent, sent, isCut: false);

    [Theory]
    [InlineData("event: endpoint\ndata: elsewhere\n\ndata: x\n\n")]
    [InlineData("event: endpoint\ndata: elsewhere\n\n")]
    public async Task An_endpoint_that_may_not_be_followed_cuts_the_stream(string sent) =>
        await AssertAllCutsAsync(sent, "", isCut: true);

    [Theory]
    [InlineData("event: endpoint\ndata: /m\n\n", "event: endpoint\ndata: </m>\n\n")]
    [InlineData("data: x\n\n", "data: x\n\n")]
    [InlineData("event: message\ndata: x\n\n", "event: message\ndata: x\n\n")]
    public async Task A_later_endpoint_event_never_gets_its_end(string first, string expected)
    {
        foreach (var later in new[] { "event: endpoint\ndata: /evil\n\n", "data: /evil\nevent:endpoint\n\n" })
        {
            for (var cut = 0; cut <= first.Length + later.Length; cut++)
            {
                var (text, isCut) = await ReadAsync(Encoding.UTF8.GetBytes(first + later), cut);

                Assert.True(isCut, $"cut at {cut}");
                Assert.StartsWith(expected, text, StringComparison.Ordinal);
                Assert.DoesNotContain("endpoint\n", text[expected.Length..], StringComparison.Ordinal);
                Assert.False(text[expected.Length..].EndsWith("\n\n", StringComparison.Ordinal), text);
            }
        }
    }

    [Fact]
    public async Task Comments_before_the_first_event_pass_at_once()
    {
        var stream = new EndpointEventStream(new Pieces([": ping\n\n"u8.ToArray(), "event: end"u8.ToArray()]), _ => "/x");
        var buffer = new byte[100];

        var count = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);

        Assert.Equal(": ping\n\n", Encoding.UTF8.GetString(buffer, 0, count));
    }

    [Fact]
    public async Task A_first_event_that_does_not_end_is_not_held_for_ever()
    {
        var data = "data: " + new string('x', EndpointEventReader.HeldBytesMax);
        var other = await ReadAsync(Encoding.UTF8.GetBytes(data), 100);
        var endpoint = await ReadAsync(Encoding.UTF8.GetBytes("event: endpoint\n" + data), 100);

        Assert.Equal((data, false), other);
        Assert.Equal(("", true), endpoint);
    }

    private static async Task AssertAllCutsAsync(string sent, string expected, bool isCut)
    {
        var bytes = Encoding.UTF8.GetBytes(sent);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal((expected, isCut), await ReadAsync(bytes, cut));
        }
    }

    private static async Task<(string Text, bool IsCut)> ReadAsync(byte[] bytes, int cut)
    {
        var rewritten = new EndpointEventStream(
            new Pieces([bytes[..cut], bytes[cut..]]),
            endpoint => endpoint == "elsewhere" ? null : $"<{endpoint}>");
        var received = new MemoryStream();
        var buffer = new byte[7];
        try
        {
            for (int count; (count = await rewritten.ReadAsync(buffer)) > 0;)
            {
                received.Write(buffer, 0, count);
            }

            return (Encoding.UTF8.GetString(received.ToArray()), false);
        }
        catch (IOException)
        {
            return (Encoding.UTF8.GetString(received.ToArray()), true);
        }
    }

    // Gives at most one of its pieces with each read.
    private sealed class Pieces(IEnumerable<byte[]> pieces) : MemoryStream
    {
        private readonly Queue<byte[]> _pieces = new(pieces.Where(piece => piece.Length > 0));
        private ReadOnlyMemory<byte> _piece;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_piece.IsEmpty)
            {
                _piece = _pieces.TryDequeue(out var next) ? next : default;
            }

            var count = Math.Min(buffer.Length, _piece.Length);
            _piece[..count].CopyTo(buffer);
            _piece = _piece[count..];
            return ValueTask.FromResult(count);
        }
    }
}
