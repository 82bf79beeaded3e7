using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

public sealed class TextSourceTests : IDisposable
{
    readonly TempRoot _root = new();

    public void Dispose() => _root.Dispose();

    TextSource Snmp(bool allFields = false) =>
        new("snmp", map => new TableParser(map), SnmpRows.Rows, [_root.Kernel.Proc("net/snmp")], allFields: allFields);

    TextSource Netstat() =>
        new("netstat", map => new TableParser(map), NetstatRows.Rows, [_root.Kernel.Proc("net/netstat")]);

    TextSource Sockstat() => new(
        "sockstat", map => new SockstatParser(map), SockstatRows.Rows,
        [_root.Kernel.Proc("net/sockstat"), _root.Kernel.Proc("net/sockstat6")]);

    TextSource Snmp6() =>
        new("snmp6", map => new NameValueParser(map), Snmp6Rows.Rows, [_root.Kernel.Proc("net/snmp6")], isOptional: true);

    [Fact]
    public void ATornSectionIsWithdrawnAndCountedAndTheOthersAreRead()
    {
        using var source = Snmp();
        _root.Write("net/snmp", "Tcp: ActiveOpens RetransSegs\nTcp: 1 2\nUdp: NoPorts\nUdp: 3\n");
        Assert.Equal(Outcome.Ok, source.Read().Outcome);
        _root.Write("net/snmp", "Tcp: ActiveOpens RetransSegs\nTcp: 1\nUdp: NoPorts\nUdp: 4\n");
        var status = source.Read();
        status.Shows(Outcome.Partial, line: 2);
        Assert.Null(source.Value("tcpagent_tcp_active_opens_total"));
        Assert.Null(source.Value("tcpagent_tcp_retransmitted_segments_total"));
        Assert.Equal(4, source.Value("tcpagent_udp_no_ports_total"));
        Assert.Equal(1, source.Malformed);
    }

    [Fact]
    public void TheMultipathSectionsRcvPrunedIsNotTheTcpOne()
    {
        using var source = Netstat();
        _root.Write("net/netstat", "TcpExt: RcvPruned ListenDrops\nTcpExt: 5 6\nMPTcpExt: MPCapableSYNRX RcvPruned\nMPTcpExt: 1 77\n");
        Assert.Equal(Outcome.Ok, source.Read().Outcome);
        Assert.Equal(5, source.Value("tcpagent_tcp_receive_prune_failures_total"));

        _root.Write("net/netstat", "TcpExt: ListenDrops\nTcpExt: 6\nMPTcpExt: MPCapableSYNRX RcvPruned\nMPTcpExt: 1 77\n");
        Assert.Equal(Outcome.Ok, source.Read().Outcome);
        Assert.Null(source.Value("tcpagent_tcp_receive_prune_failures_total"));
    }

    [Theory]
    [InlineData(4 * 1024)]
    [InlineData(16 * 1024)]
    [InlineData(100 * 1024)]
    public void AFileLongerThanTheBufferIsReadWhole(int length)
    {
        var names = new StringBuilder("TcpExt:");
        var values = new StringBuilder("TcpExt:");
        for (var i = 0; names.Length + values.Length < length; i++)
        {
            names.Append(" Field").Append(i);
            values.Append(" 1234567890");
        }
        _root.Write("net/netstat", $"{names} ListenDrops\n{values} 42\nIpExt: InNoRoutes\nIpExt: 43\n");
        using var source = Netstat();
        Assert.Equal(Outcome.Ok, source.Read().Outcome);
        Assert.Equal(42, source.Value("tcpagent_tcp_listen_drops_total"));
        Assert.Equal(43, source.Value("tcpagent_ip_receive_no_routes_total"));
    }

    [Fact]
    public void AMissingFileIsAbsentAndNotAFailure()
    {
        using var source = Snmp6();
        _root.Write("net/snmp6", "Ip6InReceives \t5\n");
        Assert.Equal(Outcome.Ok, source.Read().Outcome);
        Assert.Equal(5, source.Value("tcpagent_ip6_packets_received_total"));
        _root.Delete("net/snmp6");
        Assert.Equal(ReadStatus.Absent, source.Read());
        Assert.Null(source.Value("tcpagent_ip6_packets_received_total"));
        Assert.Equal(0, source.Malformed);
    }

    [Fact]
    public void WithoutIPv6TheCountersOfIPv4AreRead()
    {
        using var source = Sockstat();
        _root.Write("net/sockstat", "TCP: inuse 5 orphan 1 tw 13 alloc 9 mem 57\n");
        Assert.Equal(ReadStatus.Ok, source.Read());
        Assert.Equal(5, source.Value("tcpagent_tcp_sockets_inuse"));
        Assert.Null(source.Value("tcpagent_tcp6_sockets_inuse"));

        _root.Write("net/sockstat6", "TCP6: inuse 4\nFRAG6: memory\n");
        Assert.Equal(Outcome.Partial, source.Read().Outcome);
        Assert.Equal(5, source.Value("tcpagent_tcp_sockets_inuse"));
        Assert.Equal(4, source.Value("tcpagent_tcp6_sockets_inuse"));
    }

    [Fact]
    public void MemoryOfSockstatIsKeptInPages()
    {
        using var source = Sockstat();
        _root.Write("net/sockstat", "TCP: inuse 5 mem 57\n");
        source.Read();
        Assert.Equal(57, source.Value("tcpagent_tcp_memory_bytes"));
    }

    [Theory]
    [InlineData("TCP: inuse 5 mem -3\n", "tcpagent_tcp_memory_bytes")]
    [InlineData("TCP: inuse 5 mem 18446744073709551613\n", "tcpagent_tcp_memory_bytes")]
    [InlineData("TCP: inuse 5 mem 4294967293\n", "tcpagent_tcp_memory_bytes")]
    [InlineData("TCP: inuse 5 orphan -1\n", "tcpagent_tcp_orphans")]
    [InlineData("TCP: inuse 5 tw 4294967295\n", "tcpagent_tcp_time_wait_sockets")]
    [InlineData("TCP: inuse 5\nFRAG: inuse 0 memory 4294963200\n", "tcpagent_ip_fragment_memory_bytes")]
    [InlineData("TCP: inuse 5\nFRAG: inuse 0 memory 18446744073709547520\n", "tcpagent_ip_fragment_memory_bytes")]
    public void AGaugeBelowZeroIsAbsentAndCountedAndTheOthersAreRead(string text, string metric)
    {
        using var source = Sockstat();
        _root.Write("net/sockstat", text);
        Assert.Equal(Outcome.Partial, source.Read().Outcome);
        Assert.Equal(5, source.Value("tcpagent_tcp_sockets_inuse"));
        Assert.Null(source.Value(metric));
        Assert.Equal(1, source.Malformed);
    }

    [Fact]
    public void MoreThanFourGibibytesOfFragmentsAreKept()
    {
        using var source = Sockstat();
        _root.Write("net/sockstat", "FRAG: inuse 7 memory 4294963200\n");
        _root.Write("net/sockstat6", "FRAG6: inuse 70 memory 5368709120\n");
        Assert.Equal(ReadStatus.Ok, source.Read());
        Assert.Equal(4294963200, source.Value("tcpagent_ip_fragment_memory_bytes"));
        Assert.Equal(5368709120, source.Value("tcpagent_ip6_fragment_memory_bytes"));
    }

    [Fact]
    public void CurrEstabBelowZeroIsAbsentAndCountedAndACounterAboveALongIsNot()
    {
        using var source = Snmp();
        _root.Write("net/snmp", "Tcp: ActiveOpens CurrEstab InSegs\nTcp: 7 18446744073709540830 18446744073709551610\n");
        Assert.Equal(Outcome.Partial, source.Read().Outcome);
        Assert.Null(source.Value("tcpagent_tcp_current_established"));
        Assert.Equal(7, source.Value("tcpagent_tcp_active_opens_total"));
        Assert.Equal(long.MaxValue, source.Value("tcpagent_tcp_segments_received_total"));
        Assert.Equal(1, source.Malformed);
    }

    [Fact]
    public void WithAllFieldsThoseWithoutARowAreExportedByTheirNames()
    {
        using var source = Snmp(allFields: true);
        _root.Write("net/snmp", "Tcp: RtoMin RetransSegs\nTcp: 200 2\n");
        Assert.Equal(Outcome.Ok, source.Read().Outcome);
        Assert.Equal(2, source.Value("tcpagent_tcp_retransmitted_segments_total"));
        Assert.Equal(200, source.Value("tcpagent_netstat_field", "table=\"snmp\",section=\"Tcp\",field=\"RtoMin\""));

        // IcmpMsg comes and goes: its fields exist while the kernel prints them.
        _root.Write("net/snmp", "Tcp: RtoMin RetransSegs\nTcp: 201 3\nIcmpMsg: InType3\nIcmpMsg: 8\n");
        Assert.Equal(Outcome.Ok, source.Read().Outcome);
        Assert.Equal(3, source.Value("tcpagent_tcp_retransmitted_segments_total"));
        Assert.Equal(201, source.Value("tcpagent_netstat_field", "table=\"snmp\",section=\"Tcp\",field=\"RtoMin\""));
        Assert.Equal(8, source.Value("tcpagent_netstat_field", "table=\"snmp\",section=\"IcmpMsg\",field=\"InType3\""));

        _root.Write("net/snmp", "Tcp: RtoMin RetransSegs\nTcp: 202 4\n");
        Assert.Equal(Outcome.Ok, source.Read().Outcome);
        Assert.Null(source.Value("tcpagent_netstat_field", "table=\"snmp\",section=\"IcmpMsg\",field=\"InType3\""));
        Assert.Equal(202, source.Value("tcpagent_netstat_field", "table=\"snmp\",section=\"Tcp\",field=\"RtoMin\""));
    }

    [Fact]
    public void FieldsBeyondTheBoundAreLeftOut()
    {
        var names = string.Join(' ', Enumerable.Range(0, 2_000).Select(i => $"Field{i}"));
        var values = string.Join(' ', Enumerable.Range(0, 2_000));
        _root.Write("net/snmp", $"Tcp: {names} RetransSegs\nTcp: {values} 7\n");
        using var source = Snmp(allFields: true);
        Assert.Equal(Outcome.Ok, source.Read().Outcome);
        Assert.Equal(1024, source.Tables[1].Count);
        Assert.Equal(7, source.Value("tcpagent_tcp_retransmitted_segments_total"));
    }
}
