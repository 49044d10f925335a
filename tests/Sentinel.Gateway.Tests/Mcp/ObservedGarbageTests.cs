using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

/// <summary>An answer may hold anything: the observer neither throws nor grows, and finds the same wherever it is cut.</summary>
public sealed class ObservedGarbageTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\\"", "\\u00", "\\ud800", "\r", "\n", "\r\n", "\n\n", "data:", "data: ",
        "id:", "id: 7", ":", " ", "\0", "\uFEFF", "é", "null", "true", "1", "1.0", "-", "\"id\":", "\"id\":1,", "\"result\":",
        "\"error\":", "\"method\":", "\"isError\":true", "\"content\":[", "{\"text\":\"", "\"resultType\":", "\"code\":",
        "\n\ndata: [", "\n\ndata: {\"id\":1,\"result\":{}}\n\n",
        "\"message\":", "{\"id\":1,\"result\":{}}", "{\"id\":1,\"error\":{\"code\":1}}", "{\"error\":{}}",
    ];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Pieces_of_answers_in_any_order_are_read_the_same_wherever_they_are_cut(int seed, bool isEventStream)
    {
        var random = new Random(seed);
        var found = 0;
        for (var round = 0; round < 4000; round++)
        {
            var text = string.Concat(random.GetItems(Pieces, random.Next(40)));
            found += AssertEverywhere(random, Encoding.UTF8.GetBytes(text), isEventStream, $"seed {seed}, round {round}");
        }

        Assert.True(found > 50, $"seed {seed}: only {found} responses were found");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void So_are_any_bytes(int seed, bool isEventStream)
    {
        var random = new Random(seed);
        for (var round = 0; round < 4000; round++)
        {
            var bytes = RandomText.Bytes(random, random.Next(200));
            AssertEverywhere(random, bytes, isEventStream, $"seed {seed}, round {round}");
            bytes = RandomText.Structure(random, random.Next(200));
            AssertEverywhere(random, bytes, isEventStream, $"seed {seed}, round {round}");
        }
    }

    [Theory]
    [InlineData("an open string for an id", "{\"id\":\"", "x")]
    [InlineData("an open string for a key", "{\"", "x")]
    [InlineData("open brackets", "", "[")]
    [InlineData("open braces", "", "{\"result\":")]
    [InlineData("digits", "{\"id\":", "1")]
    [InlineData("unknown escapes", "{\"result\":{\"", "\\x\":1,\"")]
    [InlineData("errors without an id", "[", "{\"error\":{\"message\":\"\\x\"}},")]
    [InlineData("responses", "[", "{\"id\":1,\"result\":{}},")]
    [InlineData("names of fields", "\n\n", "x")]
    [InlineData("byte order marks", "", "\uFEFF")]
    public void However_much_there_is_of_it_little_is_held(string what, string start, string repeated)
    {
        var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeated, 64 * 1024 / repeated.Length)));
        foreach (var isEventStream in new[] { false, true })
        {
            var observer = new ResponseObserver(isEventStream);
            Watch(observer, Encoding.UTF8.GetBytes((isEventStream ? "data: " : "") + start));
            Watch(observer, block);

            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 50; i++)
            {
                Watch(observer, block);
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 512 * 1024, $"{what}: {allocated} bytes allocated");
        }
    }

    private static int AssertEverywhere(Random random, byte[] bytes, bool isEventStream, string place)
    {
        var whole = Describe([bytes], isEventStream);
        var parted = Describe(RandomText.InThree(random, bytes), isEventStream);
        var bytewise = Describe(bytes.Select(b => new[] { b }), isEventStream);

        Assert.True(whole.SequenceEqual(parted), $"{place}, in three: {Convert.ToHexString(bytes)}");
        Assert.True(whole.SequenceEqual(bytewise), $"{place}, byte by byte: {Convert.ToHexString(bytes)}");
        return whole.Count - 1;
    }

    private static List<string> Describe(IEnumerable<byte[]> parts, bool isEventStream)
    {
        var observer = new ResponseObserver(isEventStream);
        List<string> responses = [];
        foreach (var part in parts)
        {
            ReadOnlySpan<byte> rest = part;
            while (observer.TryRead(ref rest))
            {
                responses.Add($"{observer.Id.Is(Observing.One)} {observer.IsErrorWithoutId} {observer.ToAnswer()}");
            }

            Assert.True(rest.IsEmpty);
        }

        responses.Add($"{observer.HasEventId}");
        return responses;
    }

    private static void Watch(ResponseObserver observer, ReadOnlySpan<byte> bytes)
    {
        while (observer.TryRead(ref bytes))
        {
            Assert.False(observer.Id.Is(Observing.One) && observer.IsErrorWithoutId);
        }
    }
}
