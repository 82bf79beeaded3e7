using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>What is read of the connection tracking table, and when it ends.</summary>
public class TrackedSampleTests
{
    const byte Tcp = 6, SynSent = 1, Established = 3;
    const uint SeenReply = 2, Assured = 4;

    static string Text(params TrackedGroup[] groups) =>
        string.Join("; ", groups.Select(one => $"{one.Name} {one.Entries} {one.Unreplied} {one.Assured}"));

    static TrackedSample Mixed() => new TrackedRig(
        Tracked("10.0.0.1", "10.0.0.10"), Tracked("10.0.0.1", "10.0.0.10"), Tracked("10.0.0.2", "10.0.0.10", status: SeenReply),
        Tracked("10.0.0.1", "10.0.0.11", Tcp, 443, SeenReply | Assured, Established), Tracked("fd00::1", "fd00::10", Tcp, 80, 0, SynSent),
        Tracked("10.0.0.1", "10.0.0.12", protocol: 1, port: 0), Tracked("10.0.0.3", "10.0.0.13", protocol: 99, port: 0)).Sample;

    /// <summary>Each with its entries, the unreplied and the assured ones, the largest first.</summary>
    [Fact]
    public void EntriesAreCountedByProtocol() => Assert.Equal("udp 3 2 0; tcp 2 1 1; icmp 1 1 0; other 1 1 0", Text(Mixed().Protocols));

    [Fact]
    public void ConnectionsAreCountedByState() => Assert.Equal("established 1 0 1; syn_sent 1 1 0", Text(Mixed().States));

    [Fact]
    public void TheLargestSourcesComeFirst() => Assert.Equal("10.0.0.1 4 3 1; 10.0.0.2 1 0 0", Text(Mixed().LargestSources(2)));

    [Fact]
    public void DestinationsHaveTheirPort() =>
        Assert.Equal("10.0.0.10:53 3 2 0; 10.0.0.11:443 1 0 1; [fd00::10]:80 1 1 0; 10.0.0.12 1 1 0", Text(Mixed().LargestDestinations(4)));

    [Theory]
    [InlineData(9, 0u, "syn_sent2")]
    [InlineData(10, 0u, "unknown")]
    [InlineData(null, 0u, "unknown")]
    [InlineData(null, 1u << 14, "offloaded")]
    public void AStateWithoutANameIsStillCounted(int? state, uint status, string name) => Assert.Equal(
        name, new TrackedRig(Tracked("10.0.0.1", "10.0.0.10", Tcp, 443, status, (byte?)state)).Sample.States.Single().Name);

    [Fact]
    public void AWholeTableIsComplete()
    {
        var rig = new TrackedRig(TrackedRig.Requests(TrackedSample.MostEntries));
        Assert.True(rig.Sample.IsComplete);
        Assert.Equal(TrackedSample.MostEntries, rig.Sample.All.Entries);
    }

    /// <summary>Closing the socket ends the kernel's walk: nothing more is read, however long the table is.</summary>
    [Fact]
    public void ALongerTableIsLeftInTheMiddle()
    {
        var rig = new TrackedRig(TrackedRig.Requests(TrackedSample.MostEntries * 2));
        Assert.Equal(0, rig.Errno);
        Assert.False(rig.Sample.IsComplete);
        Assert.Equal(TrackedSample.MostEntries, rig.Sample.All.Entries);
        Assert.Equal((TrackedSample.MostEntries / 100) + 1, rig.Transport.Receives);
        Assert.True(rig.Transport.Disposed);
    }

    [Fact]
    public void AnEmptyTableIsComplete()
    {
        var rig = new TrackedRig();
        Assert.Equal(0, rig.Errno);
        Assert.True(rig.Sample.IsComplete);
    }

    [Fact]
    public void WhatIsNotAnEntryIsCountedAndLeftOut()
    {
        var rig = new TrackedRig([1, 2, 3, 4], Tracked("10.0.0.1", "10.0.0.10"), []);
        Assert.Equal(2, rig.Sample.Malformed.Dropped);
        Assert.Equal(1, rig.Sample.All.Entries);
    }

    [Fact]
    public void ATableOfSuchIsLeftInTheMiddleToo()
    {
        var rig = new TrackedRig(Enumerable.Repeat<byte[]>([], TrackedSample.MostEntries * 2));
        Assert.Equal(TrackedSample.MostEntries, rig.Sample.Malformed.Dropped);
        Assert.False(rig.Sample.IsComplete);
    }

    [Fact]
    public void ARefusalIsTheErrorOfTheKernel()
    {
        var refused = new ReplayTransport(request =>
            [Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, ReplayTransport.SequenceOf(request), Int32(-Libc.EPERM), flags: 0))]);
        Assert.Equal(Libc.EPERM, new TrackedSample(withAddresses: true).Take(new NetlinkDump(() => (0, refused))));
    }
}
