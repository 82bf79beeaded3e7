using TcpAgent.Kernel;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Resources;

/// <summary>Packets that the IP counters do not explain, and packets that only look unexplained.</summary>
public sealed class FilterTallyTests : IDisposable
{
    readonly IpCounters _ip = new();

    ResourceRig Rig => _ip.Rig;

    public void Dispose() => _ip.Dispose();

    void ShowsDropped(Expected input = default, Expected output = default) =>
        new Facts("filters").Is(input, Rig.Dropped("filter_input")).Is(output, Rig.Dropped("filter_output")).Verify();

    [Fact]
    public void EveryPacketThatEndsSomewhereIsExplained()
    {
        _ip.Start();
        for (var i = 0; i < 4; i++)
        {
            // 100 delivered, 30 forwarded, and 7 fragments that became one packet; errors of each kind.
            _ip.Add("Ip", ("InReceives", 100 + 30 + 7 + 11), ("InDelivers", 101), ("ForwDatagrams", 30));
            _ip.Add("Ip", ("ReasmReqds", 7), ("ReasmOKs", 1), ("InHdrErrors", 1));
            _ip.Add("Ip", ("InAddrErrors", 2), ("InUnknownProtos", 1), ("InDiscards", 1), ("FragFails", 1));
            _ip.Add("IpExt", ("InNoRoutes", 2), ("InTruncatedPkts", 1));
            _ip.Add("TcpExt", ("IPReversePathFilter", 2));

            // 50 sent: one is cut into 7 fragments, and one is too large.
            _ip.Add("Ip", ("OutRequests", 50), ("OutTransmits", 50 + 30 - 1 + 6), ("FragOKs", 1), ("FragCreates", 7));
            _ip.Add("", ("Ip6InReceives", 24), ("Ip6InDelivers", 10), ("Ip6InMcastPkts", 4), ("Ip6InTooBigErrors", 1));
            _ip.Add("", ("Ip6InNoRoutes", 2), ("Ip6OutForwDatagrams", 5), ("Ip6InAddrErrors", 1), ("Ip6InHdrErrors", 1));
            _ip.Add("", ("Ip6OutRequests", 9), ("Ip6OutTransmits", 14));
            Rig.Tick();
        }
        ShowsDropped(input: 0, output: 0);
    }

    [Fact]
    public void PacketsThatNothingExplainsWereDroppedByARule()
    {
        _ip.Start();
        for (var i = 0; i < 4; i++)
        {
            _ip.Add("Ip", ("InReceives", 100), ("InDelivers", 40), ("OutRequests", 70), ("OutTransmits", 60));
            _ip.Add("", ("Ip6InReceives", 8), ("Ip6InDelivers", 3), ("Ip6OutRequests", 5), ("Ip6OutTransmits", 4));
            Rig.Tick();
        }

        // The packets of the last tick may still be on their way.
        ShowsDropped(input: 3 * 65L, output: 3 * 11L);
        Rig.Tick();
        ShowsDropped(input: 4 * 65L, output: 4 * 11L);
    }

    /// <summary>The sample is taken between the two counts of a packet.</summary>
    [Fact]
    public void APacketThatIsOnItsWayIsNotDropped()
    {
        _ip.Start();
        for (var i = 0; i < 40; i++)
        {
            var onTheirWay = i % 2 == 0 ? 60 : -60;
            _ip.Add("Ip", ("InReceives", 1000), ("InDelivers", 1000 - onTheirWay));
            _ip.Add("Ip", ("OutRequests", 1000), ("OutTransmits", 1000 - onTheirWay));
            Rig.Tick();
        }
        ShowsDropped(input: 0, output: 0);
    }

    [Fact]
    public void PacketsThatConnectionTrackingDropsAreNotCountedTwice()
    {
        _ip.Start();
        for (var i = 0; i < 5; i++)
        {
            _ip.Add("Ip", ("InReceives", 500), ("InDelivers", 100), ("OutRequests", 100), ("OutTransmits", 100));
            _ip.Add("drop", ("drop", 400));
            Rig.Tick();
        }
        ShowsDropped(input: 0, output: 0);
        Assert.Equal(2000, Rig.Dropped("conntrack"));
    }

    /// <summary>Only where the driver counts multicast does the agent know which packets IP did not accept.</summary>
    [Theory]
    [InlineData(300, 0)]
    [InlineData(KernelValue.Absent, 2 * 300)]
    public void MulticastWithoutAMemberIsNoDrop(long multicast, long dropped)
    {
        Rig.Devices.Set("device=\"eth0\"", ("multicast", Math.Min(multicast, 0)));
        _ip.Start();
        for (var i = 1; i <= 3; i++)
        {
            Rig.Devices.Set("device=\"eth0\"", ("multicast", multicast == KernelValue.Absent ? multicast : i * (multicast + 50)));
            _ip.Add("Ip", ("InReceives", 400), ("InDelivers", 100));
            _ip.Add("IpExt", ("InMcastPkts", 50));
            Rig.Tick();
        }
        ShowsDropped(input: dropped);
    }

    /// <summary>IPVS takes packets from the input and sends them without counting a request.</summary>
    [Fact]
    public void PacketsSentWithoutARequestWereReceived()
    {
        _ip.Start();
        for (var i = 0; i < 5; i++)
        {
            _ip.Add("Ip", ("InReceives", 900), ("InDelivers", 100), ("OutRequests", 100), ("OutTransmits", 900));
            Rig.Tick();
        }
        ShowsDropped(input: 0, output: 0);
    }

    [Fact]
    public void PacketsThatIpsecRequestsTwiceAreNoDrop()
    {
        Rig.Memory.Set("", "refcnt", 2);
        _ip.Start();
        for (var i = 0; i < 5; i++)
        {
            _ip.Add("Ip", ("OutRequests", 200), ("OutTransmits", 100));
            Rig.Tick();
        }
        ShowsDropped(input: 0, output: Absent);
    }

    [Fact]
    public void OnAKernelWithoutOutTransmitsOutputDropsAreAbsent()
    {
        _ip.Start("OutTransmits", "Ip6OutTransmits");
        _ip.Add("Ip", ("InReceives", 100), ("OutRequests", 900));
        Rig.Tick(2);
        ShowsDropped(input: 100, output: Absent);
    }

    /// <summary>The counters that could be read rose; how much the others rose is unknown.</summary>
    [Fact]
    public void WhileACounterCannotBeReadNothingIsCounted()
    {
        _ip.Start();
        Rig.Netstat.Set("TcpExt", "IPReversePathFilter", KernelValue.Absent);
        _ip.Add("Ip", ("InReceives", 5000));
        Rig.Tick(2);
        ShowsDropped(input: 0, output: 0);

        // Nor afterwards.
        Rig.TcpExt("IPReversePathFilter", 5000);
        Rig.Tick(4);
        ShowsDropped(input: 0, output: 0);
    }

    [Fact]
    public void WithoutTheCountersOfIPv4DropsAreAbsent()
    {
        Rig.Tick(3);
        ShowsDropped(input: Absent, output: Absent);
    }
}
