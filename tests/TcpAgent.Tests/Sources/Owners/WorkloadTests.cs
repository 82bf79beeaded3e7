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

    static void Throttles(OwnersRig rig, string cgroup, long count) => rig.Root.Write(
        $"fs/cgroup{cgroup}/memory.events.local", $"low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\nsock_throttled {count}\n");

    static long?[] Throttled(OwnersRig rig)
    {
        var table = rig.Source[WorkloadRows.Rows];
        return table.Count == 0 ? [] : [table[0][WorkloadRows.SocketThrottles], table[0][WorkloadRows.RecentSocketThrottles]];
    }

    /// <summary>What a cgroup counted before the agent knew it is none of these.</summary>
    [Fact]
    public void SocketsThatAMemoryLimitHoldsBackAreCountedForTheUnit()
    {
        using var rig = new OwnersRig();
        rig.Process(1, "web");
        var web = rig.Cgroup(Unit, 1);
        Throttles(rig, Unit, 500);
        rig.Rig.Table.Set(Listener(web));
        rig.Tick(2);
        Assert.Empty(Throttled(rig));
        Throttles(rig, Unit, 507);
        rig.Tick(61);
        Assert.Equal([7, 7], Throttled(rig));
        rig.Tick(180);
        Assert.Equal([7, 0], Throttled(rig));
        Throttles(rig, Unit, 510);
        rig.Tick(61);
        Assert.Equal([10, 3], Throttled(rig));
    }

    [Fact]
    public void BeforeLinux619NothingIsCounted()
    {
        using var rig = new OwnersRig();
        rig.Process(1, "web");
        var web = rig.Cgroup(Unit, 1);
        rig.Root.Write($"fs/cgroup{Unit}/memory.events.local", "low 0\nhigh 3\nmax 9\noom 0\noom_kill 0\noom_group_kill 0\n");
        rig.Rig.Table.Set(Listener(web));
        rig.Tick(130);
        Assert.Empty(Throttled(rig));
    }
}
