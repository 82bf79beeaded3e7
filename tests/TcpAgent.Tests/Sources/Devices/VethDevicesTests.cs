using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>Devices that lead to other network namespaces.</summary>
public class VethDevicesTests
{
    [Fact]
    public void VethsWhoseOtherEndIsInAnotherNamespaceAreCounted()
    {
        // IFLA_LINK_NETNSID is 37.
        byte[] elsewhere = Attribute(37, Int32(0));
        byte[][] links =
        [
            NewLink(1, "lo"), [.. NewLink(2, "veth0"), .. InfoKind("veth"), .. elsewhere], [.. NewLink(3, "veth1"), .. InfoKind("veth")],
            [.. NewLink(4, "macvlan0"), .. InfoKind("macvlan"), .. elsewhere],
        ];
        var dump = new NetlinkDump(() => (0, new ReplayTransport(request =>
        [
            Answer.Of([.. links.Select(link => Message(RTM_NEWLINK, ReplayTransport.SequenceOf(request), link))]),
            Answer.Of(Done(ReplayTransport.SequenceOf(request))),
        ])));
        using var names = new LinkNames(dump, () => null);
        Assert.Equal(0, names.VethsToElsewhere);
        Assert.Equal(0, names.Read());
        Assert.Equal(1, names.VethsToElsewhere);
    }
}
