using System.Globalization;
using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

/// <summary>What one observer hands over where several requests are answered.</summary>
public sealed class ObservedResponsesTests
{
    private const string First = """{"id":1,"result":{}}""";
    private const string Second = """{"id":"1","error":{"code":2,"message":"two"}}""";
    private const string Third = """{"error":{"code":3},"id":null}""";
    private const string Notification = """{"method":"notifications/message","params":{"id":1,"result":{}}}""";

    [Theory]
    [InlineData($"{First}", "1 ")]
    [InlineData($"[{First},{Second},{Third}]", "1 \"1\"2 null3 ")]
    [InlineData($"[{First},{First}]", "1 1 ")]
    [InlineData($"[{First},{Notification},{Second}]", "1 \"1\"2 ")]
    [InlineData($"[{First},{Second}", "1 \"1\"2 ")]
    [InlineData($"[{First},{{\"id\":2,", "1 ")]
    public void Each_response_of_a_body_is_handed_over_as_its_last_brace_passes(string body, string expected) =>
        AssertEverywhere(body, isEventStream: false, expected);

    [Theory]
    [InlineData($"data: {First}\n\ndata: {Second}\n\n", "1 \"1\"2 ")]
    [InlineData($"data: [{First},{Second},{Third}]\n\ndata: {First}\n\n", "1 \"1\"2 null3 1 ")]
    [InlineData($"data: [{First},{Notification},{Second}]\r\n\r\n", "1 \"1\"2 ")]
    [InlineData($"data: [{First},\rdata: {Second}]\r\r", "1 \"1\"2 ")]
    [InlineData($"data: {First}\n\ndata: {Notification}\n\ndata: {Second}\n\n", "1 \"1\"2 ")]
    [InlineData($"data: [{First},{Second}]\n", "")]
    [InlineData($"data: {First}\n\ndata: [{Second}]\n", "1 ")]
    [InlineData($"data: [{First}\n\ndata: {Second}]\n\n", "1 \"1\"2 ")]
    public void Those_of_an_event_are_handed_over_once_it_has_ended(string stream, string expected) =>
        AssertEverywhere(stream, isEventStream: true, expected);

    [Fact]
    public void No_more_than_a_hundred_of_one_event_are_held()
    {
        var ids = Enumerable.Range(0, ResponseObserver.ResponsesMax + 50);
        var batch = string.Join(',', ids.Select(id => $$$"""{"id":{{{id}}},"result":{}}"""));
        var expected = string.Concat(
            ids.Take(ResponseObserver.ResponsesMax).Select(id => string.Create(CultureInfo.InvariantCulture, $"{id} ")));

        var handedOver = HandOver([Encoding.UTF8.GetBytes($"data: [{batch}]\n\ndata: {First}\n\n")], isEventStream: true);

        Assert.Equal(expected + "1 ", handedOver.Text);
    }

    [Fact]
    public void A_stream_of_events_is_watched_in_constant_memory()
    {
        var observer = new ResponseObserver(isEventStream: true);
        var stream = Encoding.UTF8.GetBytes($"data: [{First},{Second}]\n\ndata: {Notification}\n\n");
        Count(observer, stream);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = 0;
        for (var i = 0; i < 10_000; i++)
        {
            count += Count(observer, stream);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(20_000, count);
        Assert.True(allocated < 10_000, $"{allocated} bytes allocated");
    }

    [Theory]
    [InlineData("id: 7\n\n", true)]
    [InlineData("id:7\r\rdata: x\r\r", true)]
    [InlineData("data: x\nid: 7\n\n", true)]
    [InlineData("id: 7\n\nid\n\n", true)]
    [InlineData("id: 7\n", false)]
    [InlineData("id: 7\r\n", false)]
    [InlineData("id:\n\n", false)]
    [InlineData("id: \n\n", false)]
    [InlineData("id\n\n", false)]
    [InlineData("id: 7\0\n\n", false)]
    [InlineData("ID: 7\n\n", false)]
    [InlineData("idx: 7\n\n", false)]
    [InlineData("i: 7\n\n", false)]
    [InlineData(": id: 7\n\n", false)]
    [InlineData("data: id: 7\n\n", false)]
    [InlineData("", false)]
    public void A_stream_can_be_resumed_after_an_event_with_an_id(string stream, bool canBeResumed)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);

        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(canBeResumed, HandOver([bytes[..cut], bytes[cut..]], isEventStream: true).HasEventId);
        }
    }

    private static void AssertEverywhere(string text, bool isEventStream, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var (handedOver, _) = HandOver([bytes[..cut], bytes[cut..]], isEventStream);
            Assert.True(expected == handedOver, $"cut at {cut}: {handedOver}");
        }

        Assert.Equal(expected, HandOver(bytes.Select(b => new[] { b }), isEventStream).Text);
    }

    private static (string Text, bool HasEventId) HandOver(IEnumerable<byte[]> parts, bool isEventStream)
    {
        var observer = new ResponseObserver(isEventStream);
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            ReadOnlySpan<byte> rest = part;
            while (observer.TryRead(ref rest))
            {
                var id = observer.Id.IsString ? $"\"{observer.Id.ToText(100)}\""
                    : observer.Id.ToInt32()?.ToString(CultureInfo.InvariantCulture);
                text.Append(observer.IsErrorWithoutId ? "null" : id);
                text.Append(CultureInfo.InvariantCulture, $"{observer.ToAnswer().ErrorCode} ");
            }

            Assert.True(rest.IsEmpty);
        }

        return (text.ToString(), observer.HasEventId);
    }

    private static int Count(ResponseObserver observer, ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        while (observer.TryRead(ref bytes))
        {
            count++;
        }

        return count;
    }
}
