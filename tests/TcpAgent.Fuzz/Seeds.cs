using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using TcpAgent.History;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Verdict;

namespace TcpAgent.Fuzz;

/// <summary>A first corpus, made from the fixtures. libFuzzer extends it and drops inputs that reach nothing new.</summary>
static class Seeds
{
    static readonly string[] s_accepts =
    [
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
        + "text/plain;version=1.0.0;q=0.4,*/*;q=0.2",
        "text/plain;version=0.0.4;q=0.3", "application/openmetrics-text; version=\"1.0.0\"; escaping=dots", "text/*, gzip;q=0, deflate, *",
        "gzip;q=0.1\nidentity",
    ];

    /// <summary>Paths, and after a dot those of a whole file.</summary>
    static readonly string[] s_cgroups =
    [
        @"/system.slice/system-a\x2db.slice/a\x2db@1.service", "/user.slice/user-1000.slice/user@1000.service/app.slice/web.service",
        $"/kubepods.slice/kubepods-pod8c1f3b52_7d04_4e6a_9a61_2b8f0c5d7e93.slice/cri-containerd-{new string('a', 64)}.scope",
        $"./kubepods/burstable/pod8c1f3b52-7d04-4e6a-9a61-2b8f0c5d7e93/{new string('0', 64)}",
        $"./kubepods-pod8c1f3b52_7d04_4e6a_9a61_2b8f0c5d7e93.slice:cri-containerd:{new string('1', 64)}", "./lxc.payload.web/init.scope",
        $"./docker/{new string('2', 64)}", $"./machine.slice/libpod-{new string('3', 64)}.scope/container", "./a.service (deleted)",
    ];

    /// <summary>Records of /dev/kmsg, at two moments.</summary>
    const string KernelLog =
        "6,1,1,-;TCP: request_sock_TCP: Possible SYN flooding on port 10.91.0.1:8080. Sending cookies.\n\u001e"
        + "6,2,1,-,caller=T1;TCP: request_sock_TCPv6: Possible SYN flooding on port [::]:443. Dropping request.\n\u001e"
        + "6,3,1,-;TCP: TCP: Possible SYN flooding on port 80. Sending cookies.  Check SNMP counters.\n\u001e"
        + "4,4,1,-;nf_conntrack: nf_conntrack: table full in netns 4026532246, dropping packet\n\u001e"
        + "6,5,1,-;TCP: out of memory -- consider tuning tcp_mem\n\u001e6,6,1,-;TCP: too many orphaned sockets\n\u001e"
        + "6,7,1,-;TCP: time wait bucket table overflow\n\u001d6,12,1,-;neighbour: arp_cache: neighbor table overflow!\n\u001e"
        + "6,13,1,-;neighbour: ndisc_cache: neighbor table overflow!\n\u001e14,14,1,-;TCP: too many orphaned sockets\n\u001e"
        + "5,15,1,-;Route cache is full: consider increasing sysctl net.ipv6.route.max_size.\n\u001e"
        + "6,16,1,c;p0: entered promiscuous mode\n SUBSYSTEM=net\n\u001e6,17,1,-;device eth0 entered promiscuous mode\n\u001e"
        + "4,18,1,-;net_ratelimit: 98 callbacks suppressed\n";

    internal static void Write(string folder)
    {
        foreach (var text in s_accepts)
            Put(folder, "accept", text);
        Put(folder, "authorization", $"Basic {Convert.ToBase64String("user:pass:word"u8)}");
        foreach (var text in (string[])["500ms", "1m30s", "0.5h", "1d", "3650d"])
            Put(folder, "duration", text);
        foreach (var text in (string[])["-15m\n\ntcp_state.listen,verdict", "16:16\n16:30:01",
            "2026-11-20T09:00:00Z\n2026-11-20 10:00+01:00\nlisteners", "2026-11-20T09:00:00.125Z\n-1s"])
            Put(folder, "history-query", text);
        foreach (var text in (string[])["0-3,8\n", "8080,9000-9010\n", "\n", "0\n"])
            Put(folder, "lists", text);
        foreach (var path in s_cgroups)
            Put(folder, "cgroups", path.StartsWith('/') ? path : $"7:cpu,cpuacct:/system.slice\n0::{path[1..]}\n");
        Put(folder, "log", "source {A} failed: {B}\u001enetstat\u001e/proc/net/netstat: no such \"file\"\n\u001e\u001b[1m=\\");
        Put(folder, "kernel-log", KernelLog);
        foreach (var file in Directory.GetFiles(Fixtures.Kept("web-config"), "*.yml"))
            Put(folder, "webconfig", File.ReadAllBytes(file));
        foreach (var set in Fixtures.Sets.Where(set => set != "many").Select(Fixtures.Root))
        {
            foreach (var (name, (files, _)) in ProcTargets.Sources)
                Put(folder, $"proc-{name}", Moment(set, files));
            Put(folder, "proc-sockets", Moment(set, ProcTargets.SocketFiles));
        }
        foreach (var file in (string[])["stat", "limits"])
            Put(folder, "processes", File.ReadAllBytes($"/proc/self/{file}"));
        Put(folder, "proc-process", Moment("/", ProcTargets.Sources["process"].Files));
        var (links, qdiscs) = (Dump("links.bin"), Dump("qdisc.bin"));
        Put(folder, "netlink-qdiscs", [.. links[..^1], .. qdiscs]);
        Put(folder, "netlink-links", [.. links[..^1], .. Enumerable.Range(1, 12).Select(Stats), links[^1]]);
        foreach (var name in (string[])["listen.bin", "rare.bin", "full.bin", "waiting.bin"])
        {
            Put(folder, "netlink-sockets", Dump(name));
            Put(folder, "netlink-listeners", Dump(name));
            Put(folder, "netlink-connections", Dump(name));
            Put(folder, "netlink-ports", [.. "7000\t60999\n\u001e7001,7005-7010\n\u001e"u8, .. Framed(Dump(name))]);
        }
        Put(folder, "netlink-unix", Dump("unix.bin"));
        Put(folder, "netlink-conntrack", Dump("conntrack.bin"));
        Put(folder, "netlink-round-trips", [RoundTrip()]);
        foreach (var driver in Directory.GetFiles(Repo.Path("tests", "fixtures-nics"), "*.txt"))
            Put(folder, "nics", Card(File.ReadLines(driver).Skip(1).Select(line => line.Trim()).ToArray()));
        foreach (var name in (string[])["udp.bin", "udp6.bin"])
            Put(folder, "netlink-udp", Dump(name));
        History(folder);
    }

    /// <summary>The files of a fixture set; those that it lacks are empty.</summary>
    static byte[] Moment(string set, string[] files)
    {
        var parts = files.Select(file => ((string[])[$"{set}/proc/{file}", $"{set}/sys/{file}"]).FirstOrDefault(File.Exists));
        return [.. parts.SelectMany(path => (byte[])[.. path is null ? [] : File.ReadAllBytes(path), Folder.FileSeparator]).SkipLast(1)];
    }

    /// <summary>A recorded dump, at most a few messages of each datagram, without sequence numbers.</summary>
    static List<byte[]> Dump(string name)
    {
        var datagrams = new List<byte[]>();
        for (ReadOnlySpan<byte> bytes = File.ReadAllBytes(Repo.Path("tests", "fixtures-netlink", name)); !bytes.IsEmpty;)
        {
            var length = MemoryMarshal.Read<int>(bytes);
            var datagram = bytes.Slice(4, length).ToArray();
            for (var at = 0; at + NetlinkMessage.HeaderLength <= length;
                at += NetlinkMessage.Align(MemoryMarshal.Read<int>(datagram.AsSpan(at))))
                datagram.AsSpan(at + 8, 4).Clear();
            datagrams.Add(datagram);
            bytes = bytes[(4 + length)..];
        }
        return datagrams;
    }

    /// <summary>
    /// CTRL_CMD_NEWFAMILY (1) of the controller (16) with CTRL_ATTR_FAMILY_ID (1), which is its own, and TCP_METRICS_ATTR_VALS (6) with a
    /// round trip (6).
    /// </summary>
    static byte[] RoundTrip() =>
    [
        40, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0,
        6, 0, 1, 0, 16, 0, 0, 0,
        12, 0, 6, 0, 8, 0, 6, 0, 0x40, 0x9c, 0, 0,
    ];

    /// <summary>The statistics of a driver, then the answers in the order in which they are asked for.</summary>
    static byte[] Card(string[] statistics)
    {
        var names = statistics.SelectMany(line => Encoding.ASCII.GetBytes(line[..line.LastIndexOf(':')].PadRight(32, '\0')));
        var values = statistics.Select((_, i) => i + 1L).SelectMany(BitConverter.GetBytes);
        byte[][] datagrams =
        [
            Answer(16, [1, 2, 0, 0, 6, 0, 1, 0, 20, 0, 0, 0]), Answer(16, [1, 2, 0, 0, 6, 0, 1, 0, 33, 0, 0, 0]),
            Answer(20, [16, 1, 0, 0, .. Numbers(2, 5, 6, 9)]), Answer(20, [18, 1, 0, 0, .. Numbers(2, 3, 5, 6, 7, 9)]),
            Answer(33, [12, 1, 0, 0, .. Numbers(1, 12, 13, 14, 24, 33)]),
        ];
        return [(byte)statistics.Length, .. names, .. values, .. datagrams.SelectMany(one => (byte[])[(byte)one.Length, .. one])];

        static byte[] Answer(byte type, byte[] payload) =>
            [(byte)(16 + payload.Length), 0, 0, 0, type, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. payload];
        static byte[] Numbers(params byte[] attributes) => [.. attributes.SelectMany(one => (byte[])[8, 0, one, 0, one, 0, 0, 0])];
    }

    /// <summary>RTM_NEWSTATS (92) of a device: if_stats_msg, then IFLA_STATS_LINK_64 (1).</summary>
    static byte[] Stats(int index)
    {
        var message = new byte[16 + 12 + 4 + (25 * 8)];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), 92);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(20), index);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(28), 4 + (25 * 8));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(30), 1);
        for (var i = 0; i < 25; i++)
            BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(32 + (i * 8)), i + 1);
        return message;
    }

    static void History(string folder)
    {
        foreach (var names in (string[][])[Series.Names, ["verdict", "tcp_state.listen", "x.state", "x.used", "x.limit", "x.losses"]])
        {
            var forged = new List<byte>(
                [7, 0xe8, 3, 0, 0, .. names == Series.Names
                    ? []
                    : Encoding.ASCII.GetBytes(string.Join('\n', names)), Folder.FileSeparator]);
            var whole = new byte[new HistoryHeader(4, 1000, names).FileSize];
            new HistoryHeader(4, 1000, names).Bytes.CopyTo(whole, 0);
            for (var sequence = 1; sequence < 4; sequence++)
            {
                var record = whole.AsSpan(HistoryHeader.Size + (sequence * HistoryRecord.Size), HistoryRecord.Size);
                var values = Enumerable.Range(0, names.Length).Select(i => i % 3 == 0 ? (long)sequence % 3 : 100L * i * sequence).ToArray();
                HistoryRecord.Write(record, 1_790_000_000_000 + (sequence * 1000), sequence == 1, values);
                var at = HistoryRecord.WriteListener(
                    record, HistoryRecord.TextsAt(names.Length), "address=\"::\",port=\"443\""u8, 5, 4, sequence,
                    isLate: sequence % 2 == 0);
                at = HistoryRecord.WriteSubject(record, at, "resource=\"x\",subject=\"eth0\""u8);
                HistoryRecord.Seal(record, new HistoryHeader(4, 1000, names).Layout, sequence);
                var body = record[HistoryTargets.TimeAt..at];
                forged.AddRange([(byte)sequence, (byte)body.Length, (byte)(body.Length >> 8), .. body]);
            }
            Put(folder, "history", [.. forged]);
            if (names != Series.Names)
                Put(folder, "history", whole);
        }
    }

    static byte[] Framed(List<byte[]> datagrams) =>
        [.. datagrams.SelectMany(datagram => (byte[])[(byte)datagram.Length, (byte)(datagram.Length >> 8), .. datagram])];

    static void Put(string folder, string target, List<byte[]> datagrams) => Put(folder, target, Framed(datagrams));

    static void Put(string folder, string target, string text) => Put(folder, target, Encoding.UTF8.GetBytes(text));

    static void Put(string folder, string target, byte[] input)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder, target)).FullName;
        var number = Directory.GetFiles(path).Length.ToString(CultureInfo.InvariantCulture);
        File.WriteAllBytes(Path.Combine(path, $"seed{number}"), input);
    }
}
