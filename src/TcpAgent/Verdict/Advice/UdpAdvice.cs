using System.Globalization;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains UDP sockets: their receive buffers and their local ports.</summary>
static class UdpAdvice
{
    internal static void Receive(ResourceReport report, SampleView view)
    {
        report.WillNotFix.Add("net.ipv4.udp_mem: it limits all UDP sockets together, and this is the buffer of one.");
        report.WillNotFix.Add("net.core.netdev_max_backlog or the NIC's ring: these datagrams passed both and reached their socket.");
        if (Share(view) is { } share)
            report.Evidence.Add(share);
        else
            report.Evidence.Add($"RcvbufErrors rose by {report.Losses ?? 0}: datagrams found a receive buffer full.");
        if (report.IsLossWithoutSaturation)
        {
            report.Evidence.Add(LargestLoss(view) ?? "The socket that lost them cannot be identified.");
            report.Advice.Add(
                "This few losses limit nothing. If they matter, a larger buffer (SO_RCVBUF, net.core.rmem_max) absorbs longer bursts.");
            return;
        }
        CauseAdvice.Owner(report, view);
        var port = report.Instance is EndpointInstance { Endpoint.Port: var number } ? number : (ushort?)null;
        if (port is null)
            report.Evidence.Add(
                "The socket cannot be identified: it was closed before a scan saw it, or the kernel does not list UDP sockets (udp_diag).");
        if (view[UdpRows.RecentDrops, report.Instance] is > 0 and var drops)
            report.Evidence.Add($"This address and port dropped {drops} datagrams.");
        if (view[UdpRows.Sockets, report.Instance] is > 1 and var sockets)
            report.Evidence.Add($"{sockets} sockets share it; the figures are those of the fullest, so one reader may be stuck.");
        Buffer(report, view, port);
    }

    static void Buffer(ResourceReport report, SampleView view, ushort? port)
    {
        var standing = view[UdpRows.StandingPercent, report.Instance] ?? 0;
        var isSlow = standing >= 100 * Resource.Near || report.State == ResourceState.Near;
        if (isSlow)
            report.Evidence.Add(
                $"Its buffer of {report.Limit ?? 0} bytes stayed {standing} percent full from one sample to the next: the application "
                + "reads more slowly than datagrams arrive.");
        else if (view[UdpRows.Peak, report.Instance] is { } peak)
            report.Evidence.Add(
                $"Samples saw at most {peak} of the {report.Limit ?? 0} bytes of its buffer in use, and not for long: the losses came in "
                + "bursts, and the application read the buffer between them.");
        var read = "Read faster: more readers on the same port (SO_REUSEPORT), many datagrams per call (recvmmsg), no work between two "
            + $"reads, more CPU ({(port is { } known ? $"ss -uanp 'sport = :{known}'" : "ss -uanp")} names the process).";
        var buffer = BufferSize(report.Limit, view[SysctlRows.RmemMax], port);
        report.Advice.AddRange(isSlow ? [read, buffer] : [buffer, read]);
        if (isSlow)
            report.WillNotFix.Add("A larger buffer alone: it absorbs longer bursts, but a slow reader fills any buffer.");
    }

    /// <summary>The kernel caps the requested size at rmem_max, then doubles it.</summary>
    static string BufferSize(long? limit, long? rmemMax, ushort? port)
    {
        var settings = UdpPrograms.SettingsFor(port);
        if (rmemMax is { } max && limit >= 2 * max)
            return $"sysctl -w net.core.rmem_max={Math.Max(8 << 20, 4 * max)}: the socket asked for {max} bytes or more and got only that "
                + $"(which the kernel doubles to {limit}). Then have the application ask for more (SO_RCVBUF; {settings}) and restart it.";
        var cap = rmemMax is { } most ? $", up to net.core.rmem_max, which is {most}" : ", up to net.core.rmem_max";
        return $"Have the application ask for a larger receive buffer with SO_RCVBUF{cap} ({settings}). Without SO_RCVBUF a socket gets "
            + "the net.core.rmem_default in force when it is opened.";
    }

    static string? Share(SampleView view)
    {
        if (view[UdpRows.Lost] is not (> 0 and var lost))
            return null;
        var came = lost + (view[UdpRows.Received] ?? 0);
        var percent = (100.0 * lost / came).ToString("0.##", CultureInfo.InvariantCulture);
        return $"{lost} datagrams found a receive buffer full (RcvbufErrors), of {came} that reached the UDP sockets of this namespace: "
            + $"{percent} percent.";
    }

    static string? LargestLoss(SampleView view)
    {
        var (most, name) = (0L, "");
        foreach (var (instance, drops) in view.Instances(UdpRows.RecentDrops))
            if (drops > most)
                (most, name) = (drops, instance.Subject);
        return most == 0 ? null : $"{name} dropped {most}.";
    }

    internal static void EphemeralPorts(ResourceReport report, SampleView view)
    {
        var isAll = report.Subject is "" or "0.0.0.0" or "::";
        var holder = isAll ? "sockets of all addresses" : $"{report.Subject} and sockets on all addresses";
        report.Evidence.Add($"{report.Peak ?? 0} of the {report.PeakLimit ?? 0} usable local UDP ports are held by {holder}.");
        report.Evidence.Add(
            "A socket that connects or sends without bind() needs a port that no address holds. With none left, connect() and sendto() "
            + "fail with EAGAIN and bind() with EADDRINUSE; no kernel counter shows the failures.");
        report.Advice.Add(
            "Find the programs that hold them: ss -uanp. Often it is a client that opens a socket for each query (DNS, syslog, statsd) and "
            + "never closes it.");
        report.Advice.Add("Use one socket for many messages: sendto() reaches every destination from one port.");
        if (view[SysctlRows.IpLocalPortRange[0]] is { } low && view[SysctlRows.IpLocalPortRange[1]] is { } high)
            report.Advice.Add(
                $"Widen net.ipv4.ip_local_port_range, now {low} to {high}, and reserve only the ports that services listen on in "
                + "ip_local_reserved_ports.");
        report.Advice.Add(
            "Use more source addresses, each bound before sending: for bind() to an address, only the ports of that address and of sockets "
            + "on all addresses are taken.");
        report.WillNotFix.Add("More destinations: unlike a TCP port, a UDP port is taken for all destinations.");
        report.WillNotFix.Add("tcp_tw_reuse and other settings of TIME_WAIT: UDP has no TIME_WAIT.");
    }
}
