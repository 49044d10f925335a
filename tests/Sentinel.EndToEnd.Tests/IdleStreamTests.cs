using Sentinel.Tests.Shared;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Sentinel.EndToEnd.Tests.IdleStreamsLast))]

namespace Sentinel.EndToEnd.Tests;

[Collection(nameof(IdleStreamsLast))]
public sealed class IdleStreamTests(Servers servers)
{
    // Longer than what HttpClient and YARP would wait for by default, which is 100 seconds.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(150);

    [Theory]
    [InlineData("a stream that was asked for")]
    [InlineData("a stream on a connection that was used before")]
    [InlineData("an event stream that answers a call")]
    [InlineData("a call that is not answered yet")]
    public async Task Silence_of_minutes_does_not_end(string name)
    {
        var stream = await servers.Idle.OpenedAsync(name);

        await Eventually.HoldsAsync(
            () => Task.FromResult(stream.Body.IsCompleted || ElapsedSince(stream.Opened) > Silence),
            deadline: 2 * Silence
        );
        Assert.False(stream.Body.IsCompleted, $"It has ended after {ElapsedSince(stream.Opened)}.");
        stream.Wake();

        var body = await stream.Body.WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);
        Assert.Equal(IdleStreams.Event, body);
        Assert.Equal(1, stream.Connections);
    }

    private static TimeSpan ElapsedSince(long timestamp) => TimeProvider.System.GetElapsedTime(timestamp);
}

/// <summary>Puts the tests that mostly wait behind all others, which run while the silence lasts.</summary>
[CollectionDefinition(nameof(IdleStreamsLast), DisableParallelization = true)]
public sealed class IdleStreamsLast : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName == nameof(IdleStreamsLast))];
}
