using TcpAgent.Kernel;

namespace TcpAgent.Tests.Resources;

/// <summary>What the IP counters leave unexplained, and what only looks so.</summary>
public sealed class FilterTallyTests : IDisposable
{
    readonly IpCounters _ip = new();

    ResourceRig Rig => _ip.Rig;

    public void Dispose() => _ip.Dispose();

    (long? Input, long? Output) Dropped => (Rig.Dropped("filter_input"), Rig.Dropped("filter_output"));

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

            // 50 sent of which one is cut into 7 and one is too large.
            _ip.Add("Ip", ("OutRequests", 50), ("OutTransmits", 50 + 30 - 1 + 6), ("FragOKs", 1), ("FragCreates", 7));
            _ip.Add("", ("Ip6InReceives", 24), ("Ip6InDelivers", 10), ("Ip6InMcastPkts", 4), ("Ip6InTooBigErrors", 1));
            _ip.Add("", ("Ip6InNoRoutes", 2), ("Ip6OutForwDatagrams", 5), ("Ip6InAddrErrors", 1), ("Ip6InHdrErrors", 1));
            _ip.Add("", ("Ip6OutRequests", 9), ("Ip6OutTransmits", 14));
            Rig.Tick();
        }
        Assert.Equal((0L, 0L), Dropped);
    }

    [Fact]
    public void WhatEndsNowhereIsDroppedByARule()
    {
        _ip.Start();
        for (var i = 0; i < 4; i++)
        {
            _ip.Add("Ip", ("InReceives", 100), ("InDelivers", 40), ("OutRequests", 70), ("OutTransmits", 60));
            _ip.Add("", ("Ip6InReceives", 8), ("Ip6InDelivers", 3), ("Ip6OutRequests", 5), ("Ip6OutTransmits", 4));
            Rig.Tick();
        }

        // Those of the last tick may still be on their way.
        Assert.Equal((3 * 65L, 3 * 11L), Dropped);
        Rig.Tick();
        Assert.Equal((4 * 65L, 4 * 11L), Dropped);
    }

    /// <summary>A sample between the two counters of a packet.</summary>
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
        Assert.Equal((0L, 0L), Dropped);
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
        Assert.Equal((0L, 0L), Dropped);
        Assert.Equal(2000, Rig.Dropped("conntrack"));
    }

    /// <summary>Where the driver counts multicast; what IP took of it is not what it left.</summary>
    [Theory]
    [InlineData(300, 0)]
    [InlineData(KernelValue.Absent, 2 * 300)]
    public void MulticastThatNobodyJoinedIsNoDrop(long multicast, long dropped)
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
        Assert.Equal(dropped, Dropped.Input);
    }

    /// <summary>IPVS takes packets from the input and sends them without a request.</summary>
    [Fact]
    public void WhatIsSentWithoutARequestWasReceived()
    {
        _ip.Start();
        for (var i = 0; i < 5; i++)
        {
            _ip.Add("Ip", ("InReceives", 900), ("InDelivers", 100), ("OutRequests", 100), ("OutTransmits", 900));
            Rig.Tick();
        }
        Assert.Equal((0L, 0L), Dropped);
    }

    [Fact]
    public void WhatIpsecHandsOverTwiceIsNoDrop()
    {
        Rig.Memory.Set("", "refcnt", 2);
        _ip.Start();
        for (var i = 0; i < 5; i++)
        {
            _ip.Add("Ip", ("OutRequests", 200), ("OutTransmits", 100));
            Rig.Tick();
        }
        Assert.Equal((0L, null), Dropped);
    }

    [Fact]
    public void AnOlderKernelDoesNotTellWhatItSent()
    {
        _ip.Start("OutTransmits", "Ip6OutTransmits");
        _ip.Add("Ip", ("InReceives", 100), ("OutRequests", 900));
        Rig.Tick(2);
        Assert.Equal((100L, null), Dropped);
    }

    /// <summary>What rose meanwhile is not known of all counters alike.</summary>
    [Fact]
    public void WhileACounterCannotBeReadNothingIsCounted()
    {
        _ip.Start();
        Rig.Netstat.Set("TcpExt", "IPReversePathFilter", KernelValue.Absent);
        _ip.Add("Ip", ("InReceives", 5000));
        Rig.Tick(2);
        Assert.Equal((0L, 0L), Dropped);
        Rig.TcpExt("IPReversePathFilter", 5000);
        Rig.Tick(4);
        Assert.Equal((0L, 0L), Dropped);
    }

    [Fact]
    public void WithoutIPv4NothingIsKnown()
    {
        Rig.Tick(3);
        Assert.Equal((null, null), Dropped);
    }
}
