using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>The cards of this host, if it has any.</summary>
[Trait("Category", "live")]
public sealed class LiveNicsTests : IDisposable
{
    readonly ManualTime _time = new();
    readonly Nics _source;
    long _ticks;

    public LiveNicsTests() => _source = new Nics(
        new NicReader(NetlinkDump.For(NetlinkSocket.NETLINK_GENERIC, staysOpen: true), new DriverStatistics()), LinkNames.Live(),
        SamplingOptions.Default with { WalkBudget = 10 }, _time);

    public void Dispose() => _source.Dispose();

    ReadStatus Look()
    {
        _time.Now += ManualTime.Second;
        _source.Remember();
        return _source.Read(new Tick(_ticks++, _time.Now, IsSlow: false));
    }

    [Fact]
    public void TheyAreReadWithoutAPrivilegeOrAreAbsent() => Assert.Contains(Look(), (ReadStatus[])[ReadStatus.Ok, ReadStatus.Absent]);

    /// <summary>A device that comes meanwhile may allocate, once.</summary>
    [Fact]
    public void LooksAllocateNothing()
    {
        var allocated = long.MaxValue;
        for (var round = 0; allocated > 0 && round < 5; round++)
        {
            Look();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                Look();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }
}
