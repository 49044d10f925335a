using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp.Generated;

public sealed class GeneratedStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_observer_finds_the_responses_that_a_whole_stream_has(ulong seed)
    {
        var found = 0;

        Generating.Check(GeneratedStream.Any, stream => stream.Smaller(), CheckOne, seed, cases: 1000);

        Assert.True(found > 1000, $"Only {found} responses were found.");

        void CheckOne(GeneratedStream stream)
        {
            var (expected, hasEventId) = PlainWatching.Of(stream.Body);
            var observer = new ResponseObserver(isEventStream: true);
            List<string> actual = [];
            foreach (var part in stream.Parts())
            {
                ReadOnlySpan<byte> rest = part;
                while (observer.TryRead(ref rest))
                {
                    actual.Add(PlainWatching.Describe(observer));
                }
            }

            found += actual.Count;
            Assert.Equal(expected, actual);
            Assert.Equal(hasEventId, observer.HasEventId);
        }
    }
}
