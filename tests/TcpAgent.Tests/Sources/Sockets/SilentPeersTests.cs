using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Sources;

/// <summary>Connections to one destination that make no progress are named; ordinary loss and slow peers are not.</summary>
public sealed class SilentPeersTests : IDisposable
{
    readonly SocketsRig _rig = new();
    readonly EphemeralPortsRig _ports = new();

    public void Dispose()
    {
        _rig.Dispose();
        _ports.Dispose();
    }

    static FakeSocket Syn(byte retransmits, uint expires = 500, string remote = "10.0.0.2", ushort port = 80) => new(TcpState.SynSent)
    {
        Address = remote.Contains(':') ? "2001:db8::99" : "10.0.0.1",
        Remote = remote,
        RemotePort = port,
        Timer = InetDiagRow.RetransmitTimer,
        Retransmits = retransmits,
        Expires = expires,
    };

    static string? Find(string id, params Source[] sources)
    {
        Table[] tables = [.. sources.SelectMany(source => source.Tables)];
        var snapshot = new Snapshot(tables);
        snapshot.CopyFrom(tables, 0);
        var findings = HostVerdict.From(new SampleView(snapshot), ResourceRig.Window).Findings;
        return findings.Where(finding => finding.Id == id).Select(finding => finding.Text).SingleOrDefault();
    }

    string? Silent(bool hasMoved = true)
    {
        _rig.Tick(hasMoved ? 1 : 0, 0);
        return Find("peer_silent", _rig.Sockets);
    }

    void Add(int count, FakeSocket socket)
    {
        for (var i = 0; i < count; i++)
            _rig.Table.Add(socket);
    }

    [Fact]
    public void ADestinationThatDoesNotAnswerIsNamedWithItsOldestSyn()
    {
        Add(30, Syn(0));
        Add(36, Syn(1));
        Add(1, Syn(3, expires: 3_000));
        Assert.StartsWith("SYNs to 10.0.0.2:80 unanswered: 37, the oldest for 12 s. ", Silent(), StringComparison.Ordinal);
    }

    [Fact]
    public void TheFindingStaysForTheLengthOfTheWindow()
    {
        Add(30, Syn(0));
        Add(36, Syn(1));
        Add(1, Syn(3, expires: 3_000));
        Assert.NotNull(Silent());
        _rig.Table.Clear();
        for (var second = 0; second < 50; second++)
            Assert.NotNull(Silent(hasMoved: second % 2 == 0));
        for (var second = 0; second < 15; second++)
            Silent();
        Assert.Null(Silent());
    }

    /// <summary>The kernel gives a connection to an address of this host that same address.</summary>
    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("127.0.0.53")]
    [InlineData("2001:db8::99")]
    public void AnOverloadedListenerOfThisHostIsNoSilentPeer(string remote)
    {
        Add(40, Syn(3, remote: remote));
        Assert.Null(Silent());
    }

    [Fact]
    public void SeveralDestinationsAreNamedAndTheOthersCounted()
    {
        for (var remote = 1; remote <= 20; remote++)
            Add(4, Syn(2, remote: $"2001:db8::{remote}", port: 443));
        var text = Silent();
        Assert.StartsWith(
            "SYNs to [2001:db8::1]:443 unanswered: 4, the oldest for 6 s; to [2001:db8::2]:443: 4, ", text, StringComparison.Ordinal);
        Assert.Contains("; and 7 more destinations", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyAddressesWithOnePortAreOneDestination()
    {
        for (var remote = 0; remote < 12; remote++)
            Add(1, Syn(3, remote: $"10.0.1.{remote}", port: 443));
        Assert.StartsWith("SYNs to port 443 of many addresses unanswered: 12, ", Silent(), StringComparison.Ordinal);
    }

    static readonly Dictionary<string, FakeSocket[]> s_healthy = new()
    {
        ["a slow peer"] = [.. Enumerable.Repeat(Syn(0, expires: 950), 200)],
        ["one that stays"] = [Syn(6)],
        ["two that stay"] = [Syn(6), Syn(6)],
        ["one SYN in a hundred was lost"] = [.. Enumerable.Repeat(Syn(0), 990), .. Enumerable.Repeat(Syn(1), 9), Syn(2)],
        ["three were lost at once"] = [.. Enumerable.Repeat(Syn(1), 3)],
        ["a scan of ports"] = [.. Enumerable.Range(1, 500).Select(port => Syn(4, port: (ushort)port))],
        ["a scan of addresses"] = [.. Enumerable.Range(1, 250).Select(remote => Syn(2, remote: $"10.0.2.{remote}"))],
        ["a crawler"] =
        [
            .. Enumerable.Range(1, 90).Select(remote => Syn(0, remote: $"10.0.2.{remote}")),
            .. Enumerable.Range(1, 12).Select(remote => Syn(4, remote: $"10.0.3.{remote}")),
        ],
    };

    public static TheoryData<string> Healthy => new(s_healthy.Keys);

    [Theory]
    [MemberData(nameof(Healthy))]
    public void WhatIsUsualOnAnyHostIsNotReported(string what)
    {
        _rig.Table.Set(s_healthy[what]);
        for (var second = 0; second < 5; second++)
            Assert.Null(Silent());
    }

    [Theory]
    [InlineData(0, 400, 4, 600)]
    [InlineData(1, 1_500, 0, 1_500)]
    [InlineData(3, 8_000, 0, 7_000)]
    [InlineData(4, 700, 4, 4_300)]
    [InlineData(6, 4_000, 4, 7_000)]
    [InlineData(5, 0, 4, 7_000)]
    [InlineData(10, 119_999, 0, 487_001)]
    public void TheAgeOfASynFollowsTheTimeouts(int retransmits, uint expires, int linear, long age) =>
        Assert.Equal(age, SynAge.Milliseconds(retransmits, expires, linear));

    static FakeSocket Open(int port, byte timer = 0, byte retransmits = 0, uint expires = 300, string remote = "10.0.0.2") =>
        EphemeralPortsRig.Connection(port, remote: remote) with { Timer = timer, Retransmits = retransmits, Expires = expires };

    [Theory]
    [InlineData(InetDiagRow.RetransmitTimer)]
    [InlineData(InetDiagRow.KeepaliveTimer)]
    public void ConnectionsThatKeepRetransmittingAreReportedAsUnacknowledged(byte timer)
    {
        for (var port = 40000; port < 40010; port++)
            _ports.Table.Add(Open(port, port < 40004 ? timer : (byte)0, retransmits: 5));
        _ports.Tick();
        Assert.StartsWith(
            "4 of 10 connections to 10.0.0.2:443 sent again up to 5 times", Find("peer_unacknowledged", _ports.Ports),
            StringComparison.Ordinal);
        Assert.Null(Find("peer_window_closed", _ports.Ports));
    }

    [Fact]
    public void ConnectionsWhoseWindowStaysClosedAreReported()
    {
        for (var port = 40000; port < 40010; port++)
            _ports.Table.Add(Open(port, InetDiagRow.WindowProbeTimer, expires: port < 40005 ? 3_000u : 100));
        _ports.Tick();
        Assert.StartsWith(
            "10 of 10 connections to 10.0.0.2:443 wait behind a zero window", Find("peer_window_closed", _ports.Ports),
            StringComparison.Ordinal);
        Assert.Null(Find("peer_unacknowledged", _ports.Ports));
    }

    [Theory]
    [InlineData(InetDiagRow.RetransmitTimer, 1, 3_000, 20)] // one timeout each
    [InlineData(InetDiagRow.RetransmitTimer, 4, 3_000, 2)] // two clients that are gone
    [InlineData(InetDiagRow.WindowProbeTimer, 0, 200, 20)] // windows that are closed for a moment
    [InlineData(InetDiagRow.WindowProbeTimer, 0, 5_000, 2)] // one that does not read
    public void FewConnectionsOrShortWaitsAreNotReported(byte timer, byte retransmits, uint expires, int count)
    {
        for (var port = 40000; port < 40020; port++)
            _ports.Table.Add(Open(port, port < 40000 + count ? timer : (byte)0, retransmits, expires));
        _ports.Tick();
        Assert.Null(Find("peer_unacknowledged", _ports.Ports));
        Assert.Null(Find("peer_window_closed", _ports.Ports));
    }

    [Fact]
    public void TimersThatFireCauseAScan()
    {
        _ports.TcpExt["TCPTimeouts"] = 10;
        _ports.Tick();
        _ports.Table.Add(Open(40000, InetDiagRow.RetransmitTimer, 4));
        _ports.Tick(opened: false);
        Assert.Equal(1, _ports.Scans);
        _ports.TcpExt["TCPTimeouts"] += 5;
        _ports.Tick(opened: false);
        _ports.Tick(opened: false);
        Assert.Equal(2, _ports.Scans);
    }
}
