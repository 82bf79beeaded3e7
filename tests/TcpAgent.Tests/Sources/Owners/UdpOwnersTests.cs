using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>Whose UDP socket loses datagrams.</summary>
public class UdpOwnersTests
{
    [Fact]
    public void AReceiverThatLosesDatagramsIsNamed()
    {
        using var udp = new UdpRig();
        using var rig = new OwnersRig(udp.Source);
        rig.Process(7, "unbound", "/system.slice/unbound.service");
        var id = rig.Cgroup("/system.slice/unbound.service", 7);
        udp.Set(new FakeUdp("127.0.0.1", 53) { Cgroup = id, Used = 200_000, Drops = 5 }, new FakeUdp("127.0.0.1", 123) { Cookie = 2 });
        udp.Tick();
        rig.Tick(2);
        var table = rig.Source[OwnerRows.Udp];
        Assert.Equal(1, table.Count);
        Assert.Equal(1, table[0][OwnerRows.UdpInfo]);
        Assert.Equal(
            "address=\"127.0.0.1\",port=\"53\",unit=\"unbound.service\",container=\"\",pod=\"\",process=\"unbound\"", table.KeyText(0));
    }
}
