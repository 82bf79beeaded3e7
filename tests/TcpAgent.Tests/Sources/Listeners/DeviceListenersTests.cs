using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Sources.ListenersRig;
using static TcpAgent.Tests.Support.Expected;
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

    const string OnEth0 = "0.0.0.0%eth0", OnVrf = "0.0.0.0%vrf-b", OnAll = "0.0.0.0";

    static FakeSocket On(int device, FakeSocket socket) => socket with { Device = device };

    [Fact]
    public void TheyAreDistinguishedByTheirDevicesAndNeverSummed()
    {
        using var rig = new ListenersRig(links: Links());
        rig.Table.Set(
            On(2, Listen(443, 1, length: 3, limit: 128)), On(3, Listen(443, 2, length: 4, limit: 64)), Listen(443, 3, length: 5, limit: 32),
            On(2, Listen(22, 4, address: "fe80::1")), On(3, Listen(22, 5, address: "fe80::1")));
        rig.Tick(slow: true);
        rig.Shows(443, OnEth0, queue: 3, limit: 128, sockets: Absent);
        rig.Shows(443, OnVrf, queue: 4, limit: 64);
        rig.Shows(443, OnAll, queue: 5, limit: 32, sockets: Absent);
        rig.ShowsTotals(listeners: 5, sockets: 5);
        Assert.Equal(
            ["0.0.0.0%eth0:443", "0.0.0.0%vrf-b:443", "0.0.0.0:443", "[fe80::1]%eth0:22", "[fe80::1]%vrf-b:22"],
            rig.Listeners.Known.Select(listener => listener.Instance.Subject));
    }

    [Fact]
    public void HalfOpenAbandonedAndWaitingConnectionsBelongToTheListenerOfTheirDevice()
    {
        using var rig = new ListenersRig(links: Links());
        rig.Table.Set(
            On(2, Listen(443, 1, length: 1)), On(3, Listen(443, 2, length: 1)), Listen(443, 3, length: 1),
            On(2, new FakeSocket(TcpState.SynRecv)), On(2, new FakeSocket(TcpState.SynRecv)), On(3, new FakeSocket(TcpState.SynRecv)),
            new FakeSocket(TcpState.SynRecv),
            On(3, Waiting(443, 5000, TcpState.CloseWait)), On(2, Waiting(443, 7000)));
        rig.Tick(slow: true);
        rig.Shows(443, OnEth0, halfOpen: 2, abandoned: 0, oldestWaitMs: 7000);
        rig.Shows(443, OnVrf, halfOpen: 1, abandoned: 1, oldestWaitMs: 5000);
        rig.Shows(443, OnAll, halfOpen: 1, abandoned: 0, oldestWaitMs: Absent);
    }

    /// <summary>A connection from a link-local peer names the device that it came in by, even if the listener is unbound.</summary>
    [Fact]
    public void AConnectionOfADeviceWithoutAListenerBelongsToTheListenerOfAllDevices()
    {
        using var rig = new ListenersRig(links: Links());
        rig.Table.Set(
            Listen(443, 1, address: "::"), On(3, Listen(443, 2, address: "::")),
            On(2, new FakeSocket(TcpState.SynRecv) { Address = "fe80::2", Remote = "fe80::3" }));
        rig.Tick(slow: true);
        rig.Shows(443, "::", halfOpen: 1);
        rig.Shows(443, "::%vrf-b", halfOpen: 0);
    }

    [Fact]
    public void ADeviceWithoutANameIsNamedByItsIndex()
    {
        using var rig = new ListenersRig(links: Links());
        rig.Table.Set(On(2, Listen(443, 1)), On(9, Listen(443, 2)));
        rig.Tick(slow: true);
        Assert.Equal(["0.0.0.0%eth0:443", "0.0.0.0%9:443"], rig.Listeners.Known.Select(listener => listener.Instance.Subject));
    }

    [Fact]
    public void ADeviceThatIsRenamedRenamesItsListener()
    {
        using var rig = new ListenersRig(links: Links());
        rig.Table.Set(On(2, Listen(443, 1)));
        rig.Tick(slow: true);
        _links[2] = "wan0";
        rig.Tick(slow: true);
        rig.Tick(slow: true);
        Assert.Contains("0.0.0.0%wan0:443", rig.Listeners.Known.Select(listener => listener.Instance.Subject));
    }
}
