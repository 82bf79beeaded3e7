using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>Connects under way are known by destination, also where they are too few to call it silent.</summary>
public sealed class ConnectRankingTests : IDisposable
{
    readonly SocketsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void Connect(string remote, int count, byte retransmits = 0)
    {
        for (var i = 0; i < count; i++)
            _rig.Table.Add(new FakeSocket(TcpState.SynSent)
            {
                Remote = remote,
                RemotePort = 80,
                Timer = InetDiagRow.RetransmitTimer,
                Retransmits = retransmits,
                Expires = 500,
            });
    }

    /// <summary>Destination, connects, unanswered ones and the age of the oldest, in order.</summary>
    string[] Rows()
    {
        var (table, columns) = (_rig.Sockets[PeerRows.Connects], PeerRows.ConnectColumns);
        return [.. Enumerable.Range(0, table.Count).Select(i =>
            $"{table.InstanceAt(i).Subject} {table[i][columns.Sockets]} {table[i][columns.Silent]} "
            + $"{(table[i][columns.Silent] > 0 ? $"{table[i][columns.Retransmits]} {table[i][columns.Oldest]}" : "-")}")];
    }

    [Fact]
    public void TheMostUnansweredComeFirstThenTheMostUnderWay()
    {
        Connect("10.0.0.2", 12);
        Connect("10.0.0.3", 1, retransmits: 1);
        Connect("10.0.0.4", 2, retransmits: 2);
        Connect("10.0.0.4", 1);
        Connect("10.0.0.5", 10);
        _rig.Tick(1, 0);
        Assert.Equal(["10.0.0.4:80 3 2 2 6500", "10.0.0.3:80 1 1 1 2500", "10.0.0.2:80 12 0 -", "10.0.0.5:80 10 0 -"], Rows());
    }

    [Fact]
    public void AFewThatWaitForTheirFirstAnswerAreNotNamed()
    {
        Connect("10.0.0.2", 9);
        _rig.Tick(1, 0);
        Assert.Empty(Rows());
    }

    [Fact]
    public void OfManyTheTenWorstAreKept()
    {
        for (var i = 1; i <= 70; i++)
            Connect($"10.0.0.{i}", i, retransmits: 1);
        _rig.Tick(1, 0);
        var rows = Rows();
        Assert.Equal(10, rows.Length);
        Assert.StartsWith("10.0.0.70:80 70 70 ", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("10.0.0.61:80 61 61 ", rows[^1], StringComparison.Ordinal);
    }

    /// <summary>They are those of now: nothing is remembered.</summary>
    [Fact]
    public void TheyGoWithTheWalkThatDoesNotSeeThem()
    {
        Connect("10.0.0.2", 1, retransmits: 1);
        _rig.Tick(1, 0);
        Assert.Single(Rows());
        _rig.Table.Clear();
        _rig.Tick(0, 0);
        Assert.Empty(Rows());
    }

    /// <summary>A tick at which nothing changed does not walk.</summary>
    [Fact]
    public void TheyStayAtATickWithoutAWalk()
    {
        _rig.Root.Write("net/snmp", "Tcp: CurrEstab InSegs\nTcp: 1 100\n");
        _rig.Root.Write("net/sockstat", "TCP: inuse 8 tw 4\n");
        Connect("10.0.0.2", 1, retransmits: 1);
        _rig.Tick();
        _rig.Tick();
        _rig.Shows(walks: 1);
        Assert.Single(Rows());
    }
}
