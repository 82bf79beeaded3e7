using TcpAgent.Kernel.Netlink;
using TcpAgent.Kernel.Nics;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>What cards and their drivers lost: by the kernel's own names first, by those of the driver second.</summary>
public sealed class NicStatisticsTests : IDisposable
{
    readonly NicRig _rig = new();

    public NicStatisticsTests() => _rig.Link(2, "eth0");

    public void Dispose() => _rig.Dispose();

    /// <summary>What is exported of one card's losses.</summary>
    void Lost(
        Expected overruns = default, Expected drops = default, Expected allocations = default, Expected sendDrops = default,
        Expected stops = default) => new Facts("eth0")
        .Is(overruns, _rig.Value("nic_receive_overruns_total"))
        .Is(drops, _rig.Value("nic_receive_drops_total"))
        .Is(allocations, _rig.Value("nic_receive_allocation_failures_total"))
        .Is(sendDrops, _rig.Value("nic_transmit_drops_total"))
        .Is(stops, _rig.Value("nic_transmit_stops_total"))
        .Verify();

    [Fact]
    public void TheKernelsCountsComeBeforeTheDriversNames()
    {
        _rig.Queues(2, (12, 5), (33, 9));
        _rig.Driver.Set("eth0", ("rx0_alloc_fail", 700), ("rx0_drops", 3), ("rx1_drops", 4), ("tx0_stop", 800));
        _rig.Tick();
        Lost(allocations: 5, stops: 9, drops: 7, overruns: Expected.Absent, sendDrops: Expected.Absent);
    }

    [Fact]
    public void EachCountOfTheKernelGoesToItsSlot()
    {
        _rig.Queues(2, (8, 1), (9, 2), (12, 3), (13, 4), (14, 5), (24, 6), (33, 7), (34, 8));
        _rig.Tick();
        Lost(allocations: 3, drops: 4, overruns: 5, sendDrops: 6, stops: 7);
    }

    /// <summary>Otherwise the difference between two counts would look like a loss.</summary>
    [Fact]
    public void ADriversCountNeverContinuesTheKernels()
    {
        _rig.Queues(2, (14, 5));
        _rig.Driver.Set("eth0", ("rx_missed_errors", 700));
        _rig.Tick();
        _rig.Errnos[("queues", 2)] = Libc.EINVAL;
        _rig.Tick();
        Lost(overruns: Expected.Absent);
    }

    [Fact]
    public void NamesThatChangeKeepTheirMeaning()
    {
        _rig.Driver.Set("eth0", ("rx_drops", 3), ("rx_missed", 500));
        _rig.Tick();
        _rig.Driver.Set("eth0", ("rx_missed", 501), ("rx_drops", 4));
        _rig.Tick();
        Lost(drops: 4, overruns: 501);
    }

    [Fact]
    public void ADriverWithoutAKnownNameIsAskedOnce()
    {
        _rig.Driver.Set("eth0", ("rx_packets", 3));
        _rig.Tick();
        _rig.Driver.Asked.Clear();
        _rig.Tick();
        Assert.Empty(_rig.Driver.Asked);
    }

    /// <summary>Such as firmware that is asked. The look after that runs on its own thread.</summary>
    [Fact]
    public void ADriverThatSleepsDoesNotHoldUpTheNextSample()
    {
        _rig.Driver.Set("eth0", ("rx_drops", 3));
        var threads = new HashSet<int>();
        _rig.Driver.Reading = () =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            _rig.Time.Now += 6_000_000;
        };
        _rig.Tick();
        Assert.Equal([Environment.CurrentManagedThreadId], threads);
        threads.Clear();
        _rig.Driver.Set("eth0", ("rx_drops", 4));
        _rig.Tick();
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
        Lost(drops: 4);
    }

    /// <summary>Names and values of different numbers, a name without its end, and a part of one.</summary>
    [Fact]
    public void StatisticsOfOtherLengthsAreReadAsFarAsTheyGo()
    {
        byte[] names = [.. FakeDriver.Names("rx_drops", new string('x', 32), "rx_missed"), .. "rx_"u8];
        _rig.Driver.SetBytes("eth0", names, [.. BitConverter.GetBytes(7UL), .. BitConverter.GetBytes(8UL), 9, 9]);
        _rig.Tick();
        Lost(drops: 7, overruns: Expected.Absent);
    }

    /// <summary>A card of Amazon's. Its driver answers from fixed arrays, and no family of netlink is there.</summary>
    [Fact]
    public void AfterTheFirstLookNothingIsAllocated()
    {
        var time = new ManualTime();
        using var links = new LinkNames(new NetlinkDump(() => (0, new ReplayTransport(OneLink))), () => new ReplayTransport(_ => []));
        using var source = new Nics(
            new NicReader(new NetlinkDump(() => (0, new ReplayTransport(NoFamily))) { StaysOpen = true }, new StillDriver()), links,
            SamplingOptions.Default with { WalkBudget = 10 }, time);
        long allocated = 0;
        for (var i = 0; i < 100; i++)
        {
            time.Now += 10 * ManualTime.Second;
            var before = GC.GetAllocatedBytesForCurrentThread();
            source.Remember();
            source.Read(new Tick(i, time.Now, IsSlow: i == 0));
            allocated += i < 5 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(3200, source.Value("tcpagent_cloud_bandwidth_in_exceeded_total", "device=\"eth0\""));
        Assert.Equal(0, allocated);
    }

    static IEnumerable<Answer> OneLink(byte[] request)
    {
        var sequence = ReplayTransport.SequenceOf(request);
        yield return Answer.Of(Message(RTM_NEWLINK, sequence, NewLink(2, "eth0")), Done(sequence));
    }

    static IEnumerable<Answer> NoFamily(byte[] request)
    {
        yield return Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, ReplayTransport.SequenceOf(request), Int32(-Libc.ENOENT)));
    }

    sealed class StillDriver : IDriverStatistics
    {
        readonly byte[] _names = FakeDriver.Names([.. FakeDriver.Recorded("ena").Select(one => one.Name)]);
        readonly byte[] _values = [.. FakeDriver.Recorded("ena").SelectMany(one => BitConverter.GetBytes(one.Value))];

        public int Read(ReadOnlySpan<byte> device, out ReadOnlySpan<byte> names, out ReadOnlySpan<byte> values)
        {
            names = _names;
            values = _values;
            return 0;
        }

        public void Close()
        {
        }

        public void Dispose()
        {
        }
    }
}
