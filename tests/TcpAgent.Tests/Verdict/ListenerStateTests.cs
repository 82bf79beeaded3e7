using TcpAgent.Kernel;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>A listener's queues by its own figures, beside what is known of all listeners together.</summary>
public class ListenerStateTests
{
    const int Ok = (int)ResourceState.Ok, Near = (int)ResourceState.Near, Limiting = (int)ResourceState.Limiting,
    Unknown = (int)ResourceState.Unknown;

    [Theory]
    [InlineData(0, 128, Limiting, Ok)]
    [InlineData(102, 128, Limiting, Ok)]
    [InlineData(103, 128, Limiting, Near)]
    [InlineData(128, 128, Limiting, Near)]
    [InlineData(129, 128, Limiting, Limiting)]
    [InlineData(129, 128, Near, Near)]
    [InlineData(129, 128, Ok, Ok)]
    [InlineData(129, 128, Unknown, Ok)]
    [InlineData(129, KernelValue.Absent, Limiting, Ok)]
    [InlineData(1, 0, Limiting, Limiting)]
    public void AnAcceptQueueIsFullAboveItsLimitAndNeverWorseThanTheResource(long length, long limit, int whole, int expected) =>
        Assert.Equal((ResourceState)expected, ListenerState.OfAcceptQueue(length, limit, false, (ResourceState)whole));

    [Theory]
    [InlineData(12, 4096, Limiting, Limiting)]
    [InlineData(12, KernelValue.Absent, Limiting, Limiting)]
    [InlineData(12, 4096, Near, Near)]
    [InlineData(12, 4096, Ok, Ok)]
    [InlineData(12, 4096, Unknown, Ok)]
    public void AnAcceptQueueInWhichConnectionsWaitTooLongLimitsWhateverItsLimit(long length, long limit, int whole, int expected) =>
        Assert.Equal((ResourceState)expected, ListenerState.OfAcceptQueue(length, limit, true, (ResourceState)whole));

    [Theory]
    [InlineData(127, 128, Limiting, Near)]
    [InlineData(128, 128, Limiting, Limiting)]
    [InlineData(128, 128, Ok, Ok)]
    [InlineData(0, 0, Limiting, Ok)]
    public void ASynQueueIsFullAtItsLimit(long synRecv, long limit, int whole, int expected) =>
        Assert.Equal((ResourceState)expected, ListenerState.OfSynQueue(synRecv, limit, (ResourceState)whole));
}
