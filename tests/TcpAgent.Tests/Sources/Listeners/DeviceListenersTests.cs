using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Sources.ListenersRig;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>Listeners of one address and port, each on a device of its own (SO_BINDTODEVICE, a VRF, link-local addresses).</summary>
public sealed class DeviceListenersTests
{
    readonly Dictionary<int, string> _links = new() { [2] = "eth0", [3] = "vrf-b" };

    LinkNames Links() => new(
        new NetlinkDump(() => (0, new ReplayTransport(request =>
        [
            .. _links.Select(link => Answer.Of(Message(RTM_NEWLINK, ReplayTransport.SequenceOf(request), NewLink(link.Key, link.Value)))),
            Answer.Of(Done(ReplayTransport.SequenceOf(request))),
        ]))),
        () => new ReplayTransport(_ => []));

    static (long? OnEth0, long? OnVrf, long? OnAll) Values(ListenersRig rig, string metric) =>
        (rig.Value(metric, 443, "0.0.0.0%eth0"), rig.Value(metric, 443, "0.0.0.0%vrf-b"), rig.Value(metric, 443));

    static FakeSocket On(int device, FakeSocket socket) => socket with { Device = device };

    [Fact]
    public void TheyAreToldApartByTheirDevicesAndNeverSummed()
    {
        using var rig = new ListenersRig(links: Links());
        rig.Table.Set(
            On(2, Listen(443, 1, length: 3, limit: 128)), On(3, Listen(443, 2, length: 4, limit: 64)), Listen(443, 3, length: 5, limit: 32),
            On(2, Listen(22, 4, address: "fe80::1")), On(3, Listen(22, 5, address: "fe80::1")));
        rig.Tick(slow: true);
        Assert.Equal((3, 4, 5), Values(rig, "accept_queue_length"));
        Assert.Equal((128, 64, 32), Values(rig, "accept_queue_limit"));
        Assert.Null(rig.Value("sockets", 443));
        Assert.Null(rig.Value("sockets", 443, "0.0.0.0%eth0"));
        Assert.Equal((5, 5), (rig.Total("listeners"), rig.Listening));
        Assert.Equal(
            ["0.0.0.0%eth0:443", "0.0.0.0%vrf-b:443", "0.0.0.0:443", "[fe80::1]%eth0:22", "[fe80::1]%vrf-b:22"],
            rig.Listeners.Known.Select(listener => listener.Instance.Subject));
    }

    [Fact]
    public void HalfOpenAbandonedAndWaitingConnectionsAreAtTheListenerOfTheirDevice()
    {
        using var rig = new ListenersRig(links: Links());
        rig.Table.Set(
            On(2, Listen(443, 1, length: 1)), On(3, Listen(443, 2, length: 1)), Listen(443, 3, length: 1),
            On(2, new FakeSocket(TcpState.SynRecv)), On(2, new FakeSocket(TcpState.SynRecv)), On(3, new FakeSocket(TcpState.SynRecv)),
            new FakeSocket(TcpState.SynRecv),
            On(3, Waiting(443, 5000, TcpState.CloseWait)), On(2, Waiting(443, 7000)));
        rig.Tick(slow: true);
        Assert.Equal((2, 1, 1), Values(rig, "syn_recv"));
        Assert.Equal((0, 1, 0), Values(rig, "abandoned_connections"));
        Assert.Equal((7000, 5000, null), Values(rig, "oldest_wait_seconds"));
    }

    /// <summary>A link-local peer of an unbound listener brings the device that it came by.</summary>
    [Fact]
    public void AConnectionOfADeviceWithoutAListenerOfItsOwnIsAtTheOneOfAllDevices()
    {
        using var rig = new ListenersRig(links: Links());
        rig.Table.Set(
            Listen(443, 1, address: "::"), On(3, Listen(443, 2, address: "::")),
            On(2, new FakeSocket(TcpState.SynRecv) { Address = "fe80::2", Remote = "fe80::3" }));
        rig.Tick(slow: true);
        Assert.Equal((1, 0), (rig.Value("syn_recv", 443, "::"), rig.Value("syn_recv", 443, "::%vrf-b")));
    }

    [Fact]
    public void ADeviceThatIsRenamedRenamesItsListenerAndWithoutANameTheIndexStandsForIt()
    {
        using var rig = new ListenersRig(links: Links());
        rig.Table.Set(On(2, Listen(443, 1)), On(9, Listen(443, 2)));
        rig.Tick(slow: true);
        Assert.Equal(["0.0.0.0%eth0:443", "0.0.0.0%9:443"], rig.Listeners.Known.Select(listener => listener.Instance.Subject));
        _links[2] = "wan0";
        rig.Tick(slow: true);
        rig.Tick(slow: true);
        Assert.Contains("0.0.0.0%wan0:443", rig.Listeners.Known.Select(listener => listener.Instance.Subject));
    }
}
