using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

/// <summary>Recorded answers of a real kernel, whole and damaged.</summary>
public class RecordedDumpTests
{
    public static TheoryData<string> Files => ["listen.bin", "rare.bin", "full.bin", "waiting.bin"];

    static (List<string> Rows, int Errno) Read(RecordedDump recorded)
    {
        var rows = new List<string>();
        using var dump = recorded.Dump;
        dump.Begin(SockDiag.Request(SockDiag.AllStates));
        while (dump.TryRead(out var type, out var payload))
        {
            Assert.True(SockDiag.TryRead(type, payload, out var row));
            rows.Add(
                $"{row.State} {row.Timer} {row.Local} {row.Cookie} {row.ReceiveQueue} {row.SendQueue} {row.Inode} {row.Drops} "
                + $"{row.Info.LastAckReceived}");
        }
        return (rows, dump.Errno);
    }

    static SocketCensus Walk(RecordedDump recorded, bool full, int errno = 0)
    {
        var census = new SocketCensus();
        using var table = new NetlinkSocketTable(recorded.Dump);
        Assert.Equal(errno, table.Walk(census, full));
        return census;
    }

    static long[] Counts(SocketCensus census) => [.. Enum.GetValues<TcpState>().Select(state => census[state])];

    static string[] Describe(Dictionary<Endpoint, int> counts) =>
        [.. counts.Select(one => $"{one.Key.Address} {one.Key.Port} {one.Value}").Order(StringComparer.Ordinal)];

    [Fact]
    public void EveryStateIsCounted()
    {
        Assert.Equal([0, 2, 11, 6, 6, 0, 0, 6, 4, 6, 2], Counts(Walk(new("rare.bin"), full: false)));
        Assert.Equal([8, 2, 11, 6, 6, 10, 0, 6, 4, 6, 2], Counts(Walk(new("full.bin"), full: true)));
    }

    [Fact]
    public void MiniSocketsHalfOpenAndAbandonedConnectionsAreKnown()
    {
        var census = Walk(new("rare.bin"), full: false);
        Assert.Equal(4, census.FinWait2MiniSockets);
        Assert.Equal(0, census.Malformed.Dropped);
        Assert.Equal(
            ["10.92.0.1 7000 4", "10.92.0.1 7002 1", "10.92.0.1 7003 1", "fd00:92::1 7000 4", "fd00:92::1 7003 1"],
            Describe(census.SynRecv));
        Assert.Equal(["10.92.0.1 7002 1", "10.92.0.1 7003 1"], Describe(census.Abandoned));
    }

    [Fact]
    public void TheListenersOfARecordingAreRead()
    {
        using var root = new TempRoot();
        root.Write("net/netstat", "TcpExt: ListenDrops\nTcpExt: 6\n");
        using var snmp = new TextSource("snmp", map => new TableParser(map), SnmpRows.Rows, [root.Kernel.Proc("net/snmp")]);
        using var netstat = new TextSource("netstat", map => new TableParser(map), NetstatRows.Rows, [root.Kernel.Proc("net/netstat")]);
        using var listeners = new Listeners(
            new RecordedDump("listen.bin").Dump, null, snmp, netstat, SamplingOptions.Default, new ManualTime());
        var tick = new Tick(0, 0, true);
        listeners.Read(tick);
        netstat.Read(tick);
        listeners.Observe(tick, Walk(new("rare.bin"), full: false));
        listeners.Derive(tick);

        string[] metrics = [
            "accept_queue_length", "accept_queue_limit", "accept_queue_fullest", "sockets", "drops_total", "syn_recv",
            "abandoned_connections"];
        string[] expected =
        [
            "10.92.0.1 7000: 0 128 - - 0 4 -", "fd00:92::1 7000: 0 128 - - 0 4 -", "10.92.0.1 7002: 3 2 - - 7 1 1",
            ":: 7003: 1 128 - - 0 2 1",
            "0.0.0.0 7004: 0 256 0 2 0 0 -",
        ];
        Assert.Equal(expected, expected.Select(row => row.Split(' ', 3)).Select(key =>
        {
            var labels = $"address=\"{key[0]}\",port=\"{key[1].TrimEnd(':')}\"";
            var values = metrics.Select(metric => listeners.Value($"tcpagent_listener_{metric}", labels)?.ToString() ?? "-");
            return $"{key[0]} {key[1]} {string.Join(' ', values)}";
        }));

        // One of the drops was a last ACK, which the kernel counts once for the host and twice for the socket.
        Assert.Equal(5, listeners.Value("tcpagent_listeners"));
        Assert.Equal(-1, listeners.Value("tcpagent_listener_drops_unattributed"));
        Assert.Equal(6, listeners.SocketCount);
    }

    [Fact]
    public void TheTimesOfWaitingConnectionsAreRead()
    {
        var rows = Read(new("waiting.bin")).Rows;
        Assert.Equal(3, rows.Count);
        foreach (var row in rows)
        {
            var fields = row.Split(' ');
            Assert.Equal("0", fields[^3]);
            Assert.InRange(long.Parse(fields[^1]), 200, 1_000);
        }
    }

    [Fact]
    public void CookiesAreUnlikeInOneDump()
    {
        using var dump = new RecordedDump("full.bin").Dump;
        var cookies = new List<ulong>();
        dump.Begin(SockDiag.Request(SockDiag.AllStates));
        while (dump.TryRead(out var type, out var payload))
            if (SockDiag.TryRead(type, payload, out var row))
                cookies.Add(row.Cookie);
        Assert.Equal(61, cookies.Count);
        Assert.Equal(61, cookies.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ACutDumpGivesItsFirstRowsAndAnError(string file)
    {
        var whole = Read(new(file));
        Assert.Equal(0, whole.Errno);
        var lengths = new RecordedDump(file).Datagrams.Select(datagram => datagram.Length).ToArray();
        for (var datagram = 0; datagram < lengths.Length; datagram++)
        {
            for (var length = 0; length < lengths[datagram]; length++)
            {
                var recorded = new RecordedDump(file);
                recorded.Datagrams[datagram] = recorded.Datagrams[datagram][..length];
                recorded.Datagrams.RemoveRange(datagram + 1, lengths.Length - datagram - 1);
                var (rows, errno) = Read(recorded);
                Assert.True(errno is Libc.EBADMSG or Libc.ETIMEDOUT, $"datagram {datagram} cut at {length}: errno {errno}");
                Assert.True(rows.SequenceEqual(whole.Rows.Take(rows.Count)), $"datagram {datagram} cut at {length}");
            }
        }
    }

    [Fact]
    public void ADumpThatIsInterruptedAnywhereIsRepeated()
    {
        for (var datagram = 0; datagram < new RecordedDump("full.bin").Datagrams.Count; datagram++)
        {
            foreach (var message in RecordedDump.Messages(new RecordedDump("full.bin").Datagrams[datagram]).ToArray())
            {
                var recorded = new RecordedDump("full.bin");
                recorded.Datagrams[datagram][message + 6] |= (byte)NetlinkMessage.NLM_F_DUMP_INTR;
                Assert.Equal(61, Counts(Walk(recorded, full: true)).Sum());
                Assert.Equal(2, recorded.Requests);
            }
        }
    }

    [Fact]
    public void AnErrorAnywhereInADumpEndsIt()
    {
        foreach (var message in RecordedDump.Messages(new RecordedDump("full.bin").Datagrams[0]).ToArray())
        {
            var recorded = new RecordedDump("full.bin");
            var bytes = recorded.Datagrams[0].AsSpan(message);
            MemoryMarshal.Write(bytes[4..], NetlinkMessage.NLMSG_ERROR);
            MemoryMarshal.Write(bytes[NetlinkMessage.HeaderLength..], -Libc.ENOMEM);
            Walk(recorded, full: true, Libc.ENOMEM);
            Assert.Equal(1, recorded.Requests);
        }
    }
}
