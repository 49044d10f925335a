using Sentinel.Audit;
using Sentinel.Gateway.Recording;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Recording;

/// <summary>However many clients abandon their calls, what waits is bounded.</summary>
public sealed class OpenCallsTests
{
    private readonly OpenCalls _openCalls = new(null!, new TestClock());

    [Fact]
    public void No_more_than_so_many_wait()
    {
        var entry = Entry(argumentBytes: 0);
        for (var i = 0; i < OpenCalls.WaitingMax; i++)
        {
            Assert.True(_openCalls.TryReserve(entry));
        }

        Assert.False(_openCalls.TryReserve(entry));
        Assert.False(_openCalls.TryReserve(entry));

        _openCalls.Release(entry);
        Assert.True(_openCalls.TryReserve(entry));
    }

    [Fact]
    public void Nor_more_than_so_many_bytes()
    {
        var half = Entry((int)(OpenCalls.WaitingBytesMax / 2));
        Assert.True(_openCalls.TryReserve(half));
        Assert.True(_openCalls.TryReserve(half));

        Assert.False(_openCalls.TryReserve(Entry(argumentBytes: 1)));
        Assert.True(_openCalls.TryReserve(Entry(argumentBytes: 0)));

        _openCalls.Release(half);
        Assert.True(_openCalls.TryReserve(Entry(argumentBytes: 1)));
    }

    private static AuditEntry Entry(int argumentBytes) => new()
    {
        RequestId = Guid.Empty,
        Timestamp = DateTime.UnixEpoch,
        ClientSubject = "",
        ClientRole = "",
        ToolName = "",
        BackendName = "",
        Outcome = AuditOutcome.Error,
        LatencyUs = 0,
        RequestArgs = new byte[argumentBytes],
    };
}
