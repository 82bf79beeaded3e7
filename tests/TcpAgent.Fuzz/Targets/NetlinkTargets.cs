using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>Sources that read netlink dumps. The input is datagrams, each after its length as u16, and they answer each request.</summary>
static class NetlinkTargets
{
    internal static void Links(byte[] input)
    {
        Folder.Write(["net/dev"], []);
        using var source = new Devices(Folder.Root, new NetlinkDevices(Dump(input), new LinkNames(Dump(input), () => null)));
        SourceCheck.Check(source, source.Read(SourceCheck.FirstTick), 0);
    }

    internal static void Qdiscs(byte[] input)
    {
        using var source = new Qdiscs(Dump(input), new LinkNames(Dump(input), () => null));
        var status = source.Read(SourceCheck.FirstTick);
        SourceCheck.Check(source, status, 0);
    }

    internal static void Sockets(byte[] input)
    {
        Folder.Write(ProcTargets.SocketFiles, [Folder.FileSeparator]);
        Folder.Write("net/snmp", "Tcp: CurrEstab\nTcp: 20\n"u8);
        Folder.Write("net/sockstat", "TCP: inuse 12 orphan 0 tw 3 alloc 30 mem 4\n"u8);
        using var rig = new SocketsRig(() => Dump(input));
        rig.Check();
    }

    /// <summary>Two dumps of the listeners, so that drops are followed.</summary>
    internal static void Listeners(byte[] input)
    {
        using var netstat = ProcTargets.Table(Folder.Root, "netstat", NetstatRows.Rows);
        using var snmp = ProcTargets.Table(Folder.Root, "snmp", SnmpRows.Rows);
        using var dump = Dump(input);
        using var source = new Listeners(dump, null, snmp, netstat, SamplingOptions.Default, new StillTime());
        for (var i = 0; i < 2; i++)
        {
            var malformed = source.Malformed;
            var status = source.Read(SourceCheck.FirstTick);
            source.Derive(SourceCheck.FirstTick);
            SourceCheck.Check(source, status, malformed);
        }
    }

    /// <summary>The range and the reserved ports come before the datagrams, each as /proc/sys prints it, with a separator.</summary>
    internal static void Ports(byte[] input)
    {
        var at = 0;
        foreach (var name in ProcTargets.PortFiles)
        {
            var length = Math.Max(0, input.AsSpan(at).IndexOf(Folder.FileSeparator));
            Folder.Write(name, input.AsSpan(at, length));
            at = Math.Min(input.Length, at + length + 1);
        }
        using var snmp = ProcTargets.Table(Folder.Root, "snmp", SnmpRows.Rows);
        using var sockstat = ProcTargets.Sockstat(Folder.Root);
        using var source = new EphemeralPorts(
            new PortScan(Dump(input[at..]), Folder.Root), snmp, new SocketCounters(snmp, sockstat),
            SamplingOptions.Default with { WalkBudget = 1 },
            new StillTime());
        SourceCheck.Check(source, source.Read(SourceCheck.FirstTick), 0);
        if (!source.IsKnown)
            return;
        foreach (var one in source.Worst)
            Hold(
                one.Held >= one.TimeWait && one.TimeWait >= 0 && one.Held <= input.Length && source.Of(one.Tuple) == one,
                $"{one.Held} ports held, {one.TimeWait} in TIME_WAIT");
    }

    /// <summary>No scan is so expensive that the next must wait.</summary>
    internal static SamplingOptions NoRest { get; } = SamplingOptions.Default with { WalkBudget = 1e12 };

    /// <summary>Two scans, so that queues are followed. Two series of one name would fail the check.</summary>
    internal static void Unix(byte[] input)
    {
        using var source = new UnixListeners(Dump(input), new UnixReread(Dump(input)), NoRest, new StillTime());
        for (var i = 0; i < 2; i++)
        {
            var malformed = source.Malformed;
            var status = source.Read(SourceCheck.FirstTick);
            source.Derive(SourceCheck.FirstTick);
            SourceCheck.Check(source, status, malformed);
        }
        foreach (var listener in source.Known)
            Hold(
                listener.Name.Length <= Kernel.UnixName.MaxLength && listener.Standing <= listener.Length,
                $"{listener.Name}: {listener.Standing} of {listener.Length}");
    }

    /// <summary>Two scans, so that drops are followed; both families get the same answer.</summary>
    internal static void Udp(byte[] input)
    {
        Folder.Write("sys/net/ipv4/ip_local_port_range", "32768\t60999\n"u8);
        Folder.Write("sys/net/ipv4/ip_local_reserved_ports", "\n"u8);
        using var sockstat = ProcTargets.Table(Folder.Root, "sockstat", SockstatRows.Rows);
        using var snmp = ProcTargets.Table(Folder.Root, "snmp", SnmpRows.Rows);
        using var snmp6 = ProcTargets.Table(Folder.Root, "snmp6", Snmp6Rows.Rows);
        using var source = new UdpSockets(
            new UdpScan(Dump(input), new PortSettings(Folder.Root)), sockstat, snmp, snmp6, NoRest, new StillTime());
        for (var i = 0; i < 2; i++)
        {
            var malformed = source.Malformed;
            var status = source.Read(SourceCheck.FirstTick);
            source.Derive(SourceCheck.FirstTick);
            SourceCheck.Check(source, status, malformed);
        }
        Hold(!source.Ports.IsKnown || source.Ports.UsedIPv4 <= source.Ports.UsedIPv6, "IPv4 has more ports taken than both families");
        foreach (var receiver in source.Receivers)
            Hold(
                receiver.RecentDrops <= receiver.Drops && receiver.Standing <= receiver.Used,
                $"{receiver.Local}: {receiver.RecentDrops} of {receiver.Drops}");
    }

    /// <summary>Three looks: the second and third compare. A time is never negative, nor longer than what passed.</summary>
    internal static void Connections(byte[] input)
    {
        Folder.Write("sys/net/ipv4/ip_local_port_range", "7000\t60999\n"u8);
        using var scan = new ConnectionScan(Dump(input), new PortSettings(Folder.Root), new StillTime());
        scan.Listening.Add(7002);
        var census = new ConnectionCensus();
        for (var i = 0; i < 3; i++)
        {
            scan.Take(census);
            var (samples, most) = (census.Samples.Count, Math.Min(census.Seen, ConnectionScan.MostRows));
            Hold(samples <= most, $"{samples} samples of {most}");
            foreach (var one in census.Samples)
                Hold(
                    one.Network == KernelValue.Absent || Math.Min(
                        Math.Min(one.Application, one.Receiver), Math.Min(one.SendBuffer, one.Network)) >= 0,
                    $"{one.Application}, {one.Receiver}, {one.SendBuffer}, {one.Network} of {one.Elapsed}");
        }
    }

    /// <summary>An address of each family is asked for; the same answer names the family of the messages and has the values.</summary>
    internal static void RoundTrips(byte[] input)
    {
        var (wanted, table) = (new Table(PeerRows.Syns), new Table(RoundTripMemory.Rows));
        wanted.Add(new EndpointInstance(new Endpoint(0, 0xffff_0a00_0001, 80)));
        wanted.Add(new EndpointInstance(new Endpoint(1, 2, 80)));
        using var memory = new RoundTripMemory(Dump(input), wanted);
        memory.Take(SourceCheck.FirstTick, table);
        for (var i = 0; i < table.Count; i++)
            Hold(table[i][RoundTripMemory.RoundTrip] is > 0 and <= uint.MaxValue, $"{table[i][RoundTripMemory.RoundTrip]} us");
    }

    /// <summary>Each entry is in one protocol, and in one source and destination; no figure exceeds what was read.</summary>
    internal static void Conntrack(byte[] input)
    {
        var sample = new TrackedSample(withAddresses: true);
        using var dump = Dump(input);
        sample.Take(dump);
        var all = sample.All.Entries;
        foreach (var groups in (TrackedGroup[][])[sample.Protocols, sample.LargestSources(input.Length + 1),
            sample.LargestDestinations(input.Length + 1)])
            Hold(groups.Sum(one => one.Entries) == all, $"{groups.Sum(one => one.Entries)} of {all}");
        Hold(sample.States.Sum(one => one.Entries) <= all, "more states than entries");
        foreach (var one in sample.Protocols)
            Hold(one.Unreplied <= one.Entries && one.Assured <= one.Entries && one.Name.Length > 0, one.Name);
    }

    static NetlinkDump Dump(byte[] input) => new(() => (0, new Datagrams(input)));

    /// <summary>A kernel that answers every request with the input.</summary>
    sealed class Datagrams(byte[] input) : INetlinkTransport
    {
        uint _sequence;
        int _at;

        public int Send(ReadOnlySpan<byte> request)
        {
            (_sequence, _at) = (MemoryMarshal.Read<uint>(request[8..]), 0);
            return 0;
        }

        public int Receive(Span<byte> buffer, bool wait, out int length)
        {
            length = 0;
            Hold(_at <= input.Length, "read on after the end");
            if (_at + 2 > input.Length)
            {
                _at = input.Length + 1;
                return Libc.ETIMEDOUT;
            }
            length = BinaryPrimitives.ReadUInt16LittleEndian(input.AsSpan(_at));
            var bytes = input.AsSpan(_at + 2, Math.Min(length, input.Length - _at - 2));
            _at += 2 + bytes.Length;
            bytes[..Math.Min(bytes.Length, buffer.Length)].CopyTo(buffer);
            if (length <= buffer.Length)
                length = bytes.Length;
            Answer(buffer[..Math.Min(length, buffer.Length)]);
            return 0;
        }

        /// <summary>Messages without a sequence number get the request's.</summary>
        void Answer(Span<byte> datagram)
        {
            while (datagram.Length >= NetlinkMessage.HeaderLength)
            {
                if (MemoryMarshal.Read<uint>(datagram[8..]) == 0)
                    MemoryMarshal.Write(datagram[8..], _sequence);
                var length = MemoryMarshal.Read<uint>(datagram);
                if (length < NetlinkMessage.HeaderLength || length > (uint)datagram.Length)
                    return;
                datagram = datagram[Math.Min(NetlinkMessage.Align((int)length), datagram.Length)..];
            }
        }

        public void Dispose()
        {
        }
    }
}
