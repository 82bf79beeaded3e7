using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Kernel.Netlink;

/// <summary>Entries of the connection tracking table, as written here and as a kernel wrote them.</summary>
public class CtnetlinkTests
{
    const byte Icmp = 1, Tcp = 6, Established = 3;
    const uint SeenReply = 2, Assured = 4;

    static void Shows(
        byte[] payload, string? source = null, string? destination = null, byte? protocol = null, int? state = null,
        bool? isUnreplied = null, bool? isAssured = null, bool? isOffloaded = null)
    {
        Assert.True(Ctnetlink.TryRead(Ctnetlink.NewEntry, payload, out var row));
        new Facts("the entry")
            .Is(source, $"{row.Source}")
            .Is(destination, $"{row.Destination}")
            .Is(protocol, (byte?)row.Protocol)
            .Is(state, (int?)row.TcpState)
            .Is(isUnreplied, (bool?)row.IsUnreplied)
            .Is(isAssured, (bool?)row.IsAssured)
            .Is(isOffloaded, (bool?)row.IsOffloaded)
            .Verify();
    }

    /// <summary>What NAT made of it is in the other direction.</summary>
    [Fact]
    public void AnEntryIsReadAsItsFirstPacketWas() => Shows(
        Tracked("10.0.0.1", "10.0.0.10", Tcp, 443, SeenReply | Assured, Established), source: "10.0.0.1:0", destination: "10.0.0.10:443",
        protocol: Tcp, state: Established, isUnreplied: false, isAssured: true, isOffloaded: false);

    [Fact]
    public void AnEntryOfIPv6IsReadToo() =>
        Shows(Tracked("fd00::1", "fd00::10", port: 53), source: "[fd00::1]:0", destination: "[fd00::10]:53");

    [Fact]
    public void AnEntryWithoutAnAnswerIsUnreplied() => Shows(Tracked("10.0.0.1", "10.0.0.10"), isUnreplied: true, isAssured: false);

    [Fact]
    public void AProtocolWithoutPortsHasPortZero() =>
        Shows(Tracked("10.0.0.1", "10.0.0.10", Icmp, port: 0), destination: "10.0.0.10:0", protocol: Icmp, state: ConntrackRow.NoState);

    /// <summary>IPS_OFFLOAD: the kernel then sends no CTA_PROTOINFO (nf_conntrack_netlink.c, ctnetlink_dump_info).</summary>
    [Fact]
    public void AConnectionThatAFlowTableForwardsHasNoState() => Shows(
        Tracked("10.0.0.1", "10.0.0.10", Tcp, 443, SeenReply | Assured | 1 << 14), state: ConntrackRow.NoState, isOffloaded: true);

    [Fact]
    public void AnEntryWithoutAddressesIsRefused()
    {
        byte[] payload = [2, 0, 0, 0, .. Attribute(3, Int32(0))];
        Assert.False(Ctnetlink.TryRead(Ctnetlink.NewEntry, payload, out _));
    }

    [Fact]
    public void AnEntryWithoutAStatusIsRefused()
    {
        var payload = Tracked("10.0.0.1", "10.0.0.10");
        Assert.False(Ctnetlink.TryRead(Ctnetlink.NewEntry, payload.AsSpan(0, payload.Length - 8), out _));
    }

    [Fact]
    public void AnotherMessageIsRefused() =>
        Assert.False(Ctnetlink.TryRead(Ctnetlink.NewEntry + 2, Tracked("10.0.0.1", "10.0.0.10"), out _));

    [Fact]
    public void NoMessageThrows()
    {
        var whole = Tracked("fd00::1", "fd00::10", Tcp, 443, SeenReply, Established);
        for (var length = 0; length <= whole.Length; length++)
            Ctnetlink.TryRead(Ctnetlink.NewEntry, whole.AsSpan(0, length), out _);
        var random = new Random(17);
        for (var round = 0; round < 20_000; round++)
        {
            var damaged = (byte[])whole.Clone();
            for (var i = random.Next(1, 6); i > 0; i--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Ctnetlink.TryRead(Ctnetlink.NewEntry, damaged, out _);
        }
    }

    /// <summary>Two of them are alike but for the zone, and both are entries.</summary>
    [Fact]
    public void EveryEntryOfAKernelIsRead()
    {
        var rows = new List<string>();
        using var dump = new RecordedDump("conntrack.bin").Dump;
        dump.Begin(Ctnetlink.Request());
        while (dump.TryRead(out var type, out var payload))
        {
            Assert.True(Ctnetlink.TryRead(type, payload, out var row));
            rows.Add($"{row.Protocol} {row.Source.Address} {row.Destination} {row.TcpState} {row.IsUnreplied} {row.IsAssured}");
        }
        Assert.Equal(0, dump.Errno);
        Assert.Equal(
            [
                "1 10.0.0.1 10.0.0.10:0 -1 False False", "17 10.0.0.1 10.0.0.10:53 -1 False True",
                "17 10.0.0.1 10.0.0.10:53 -1 True False", "17 10.0.0.1 10.0.0.10:53 -1 True False",
                "6 10.0.0.1 10.0.0.10:443 1 True False", "6 10.0.0.1 10.0.0.10:443 3 False True",
                "6 fd00::1 [fd00::10]:443 7 False True",
            ],
            rows.Order(StringComparer.Ordinal));
    }
}
