using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Sources.OwnersRig;

namespace TcpAgent.Tests.Sources;

/// <summary>Whose connections are stuck in a state.</summary>
public class WorkloadTests
{
    static FakeSocket[] Sockets(ulong cgroup, TcpState state, int count, uint inode = 1000) =>
        [.. Enumerable.Repeat(new FakeSocket(state) { Cgroup = cgroup, Inode = inode }, count)];

    static long? Value(OwnersRig rig, string state, string unit)
    {
        var table = rig.Source[WorkloadRows.Rows];
        var row = WorkloadRows.Rows.Single(row => row.Labels == $"state=\"{state}\"");
        for (var i = 0; i < table.Count; i++)
            if (table.KeyText(i) == $"unit=\"{unit}\",container=\"\",pod=\"\"")
                return table[i][row];
        return null;
    }

    [Fact]
    public void EachUnitHasItsOwnAndTwoCgroupsOfOneAreAddedUp()
    {
        using var rig = new OwnersRig();
        var (web, part, other) = (rig.Cgroup(Unit, 1), rig.Cgroup($"{Unit}/worker", 2), rig.Cgroup("/system.slice/other.service", 3));
        rig.Rig.Table.Set(
        [
            .. Sockets(web, TcpState.CloseWait, 6), .. Sockets(part, TcpState.CloseWait, 7), .. Sockets(other, TcpState.SynSent, 8),
            .. Sockets(other, TcpState.LastAck, 2),
        ]);
        rig.Tick(2);
        Assert.Equal(13, Value(rig, "close_wait", "web.service"));
        Assert.Equal(0, Value(rig, "syn_sent", "web.service"));
        Assert.Equal(8, Value(rig, "syn_sent", "other.service"));
        Assert.Equal(2, Value(rig, "last_ack", "other.service"));
    }

    /// <summary>A busy program has some at any time; those that nobody has accepted are in a queue.</summary>
    [Fact]
    public void AFewAreNothingAndThoseInAnAcceptQueueAreNobodys()
    {
        using var rig = new OwnersRig();
        var id = rig.Cgroup(Unit, 1);
        rig.Rig.Table.Set([.. Sockets(id, TcpState.CloseWait, 4), .. Sockets(id, TcpState.CloseWait, 50, inode: 0)]);
        rig.Tick(2);
        Assert.Null(Value(rig, "close_wait", "web.service"));
    }

    [Fact]
    public void TheTenWithTheMostAreShown()
    {
        using var rig = new OwnersRig();
        rig.Rig.Table.Set([.. Enumerable.Range(0, 20).SelectMany(i => Sockets(rig.Cgroup($"/u{i}.service", 1), TcpState.LastAck, 5 + i))]);
        rig.Tick(2);
        Assert.Null(Value(rig, "last_ack", "u9.service"));
        Assert.Equal(15, Value(rig, "last_ack", "u10.service"));
        Assert.Equal(24, Value(rig, "last_ack", "u19.service"));
    }

    /// <summary>A connection that came to a socket of systemd has its cgroup, whoever accepted it.</summary>
    [Fact]
    public void SystemdIsNotBlamedForWhatItOpenedForOthers()
    {
        using var rig = new OwnersRig();
        rig.Process(1, "systemd", "/init.scope");
        rig.Rig.Table.Set(Sockets(rig.Cgroup("/init.scope", 1), TcpState.CloseWait, 50));
        rig.Tick(2);
        Assert.Null(Value(rig, "close_wait", "init.scope"));
    }
}
