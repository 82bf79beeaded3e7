using TcpAgent.Tests.Resources;

namespace TcpAgent.Tests.Verdict;

/// <summary>What the advice for a full tracking table begins with: what the counters prove of its 1,000 entries.</summary>
public sealed class ConntrackAdviceTests : IDisposable
{
    const string Established = "nf_conntrack_tcp_timeout_established";

    readonly ResourceRig _rig = new();

    public ConntrackAdviceTests()
    {
        _rig.Setting("net.netfilter.nf_conntrack_udp_timeout", 30);
        _rig.Setting("net.netfilter.nf_conntrack_udp_timeout_stream", 120);
        _rig.Setting($"net.netfilter.{Established}", 432_000);
        _rig.Setting("net.netfilter.nf_conntrack_tcp_timeout_time_wait", 120);
        _rig.Conntrack.Set("", "nf_conntrack_count", 1000);
        _rig.Conntrack.Set("", "nf_conntrack_max", 1000);
        _rig.Conntrack.Set("", "drop", 0);
    }

    public void Dispose() => _rig.Dispose();

    void Tick(long established, long opens, long datagrams, long forwarded, long drops = 0)
    {
        foreach (var (section, field, value) in ((string, string, long)[])
        [
            ("Tcp", "CurrEstab", established), ("Tcp", "PassiveOpens", opens), ("Tcp", "ActiveOpens", 0), ("Udp", "NoPorts", datagrams),
            ("Udp", "InDatagrams", 0), ("Ip", "ForwDatagrams", forwarded),
        ])
            _rig.Snmp.Set(section, field, value);
        _rig.Conntrack.Set("", "drop", drops);
        _rig.Tick();
    }

    (string Evidence, string First, string WillNotFix) Explained
    {
        get
        {
            var report = _rig.Report("conntrack");
            return (string.Join('\n', report.Evidence), report.Advice[0], string.Join('\n', report.WillNotFix));
        }
    }

    [Fact]
    public void TooFewConnectionsToHoldItMeansUdp()
    {
        Tick(established: 3, opens: 80, datagrams: 40_000, forwarded: 0);
        var (evidence, first, willNotFix) = Explained;
        Assert.Contains("opened or accepted 80 TCP connections so far and has forwarded 0 packets", evidence, StringComparison.Ordinal);
        Assert.Contains("nf_conntrack_udp_timeout=10 (now 30 s)", first, StringComparison.Ordinal);
        Assert.Contains("nf_conntrack_udp_timeout_stream (now 120 s)", first, StringComparison.Ordinal);
        Assert.Contains(Established, willNotFix, StringComparison.Ordinal);
        Assert.DoesNotContain(_rig.Report("conntrack").Advice, line => line.Contains(Established, StringComparison.Ordinal));
    }

    [Fact]
    public void TooFewDatagramsMeansConnectionsThatAreGone()
    {
        Tick(established: 3, opens: 80_000, datagrams: 40, forwarded: 0);
        Assert.Contains("has seen 40 UDP datagrams so far", Explained.Evidence, StringComparison.Ordinal);
        Assert.Contains("whose end was not seen stay for 5 days", Explained.First, StringComparison.Ordinal);
        Assert.Contains($"{Established}=7440 (now 432000 s)", Explained.First, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyNewConnectionsMeansThoseThatClosedLately()
    {
        Tick(established: 3, opens: 80_000, datagrams: 40, forwarded: 0);
        Tick(established: 3, opens: 80_010, datagrams: 40, forwarded: 0);
        Assert.Contains("10 connections a second begin", Explained.Evidence, StringComparison.Ordinal);
        Assert.Contains("nf_conntrack_tcp_timeout_time_wait=30 (now 120 s)", Explained.First, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenConnectionsNeedALargerTable()
    {
        Tick(established: 500, opens: 80_000, datagrams: 40_000, forwarded: 0);
        Assert.Contains("500 TCP connections of this host are established now", Explained.Evidence, StringComparison.Ordinal);
        Assert.Contains("nf_conntrack_max=2000", Explained.First, StringComparison.Ordinal);
    }

    [Fact]
    public void NeitherMeansHandshakesThatNeverEnded()
    {
        Tick(established: 3, opens: 40, datagrams: 40, forwarded: 0);
        Assert.Contains("handshakes that never completed", Explained.Evidence, StringComparison.Ordinal);
        Assert.Contains("SYNPROXY", Explained.First, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(900_000)]
    public void WhatPassesNowIsAHintOnly(long forwarded)
    {
        Tick(established: 3, opens: 80_000, datagrams: 40_000, forwarded);
        Tick(established: 3, opens: 80_001, datagrams: 40_500, forwarded, drops: 9);
        Assert.Contains("500 UDP datagrams passed, 1 TCP connections began", Explained.Evidence, StringComparison.Ordinal);
        Assert.Contains("proves nothing about older entries", Explained.Evidence, StringComparison.Ordinal);
        Assert.Contains("nf_conntrack_udp_timeout=10", Explained.First, StringComparison.Ordinal);
    }

    [Fact]
    public void WhereFlowsOfOthersMayHoldItTheAdviceIsToCount()
    {
        Tick(established: 3, opens: 80_000, datagrams: 40_000, forwarded: 900_000);
        Tick(established: 3, opens: 80_100, datagrams: 40_100, forwarded: 900_700);
        Assert.Contains("forwards (700 packets while the agent watched)", Explained.Evidence, StringComparison.Ordinal);
        Assert.Contains("conntrack -L", Explained.First, StringComparison.Ordinal);
        Assert.DoesNotContain(Established, Explained.First, StringComparison.Ordinal);
        Assert.Contains($"{Established}=7440 (now 432000 s)", string.Join('\n', _rig.Report("conntrack").Advice), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutTheCountersNothingIsClaimed()
    {
        _rig.Tick();
        Assert.Contains("Only root can see which protocol holds the entries", Explained.Evidence, StringComparison.Ordinal);
        Assert.Contains("conntrack -L", Explained.First, StringComparison.Ordinal);
    }
}
