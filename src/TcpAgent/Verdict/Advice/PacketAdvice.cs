using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains the queues that packets pass on their way in and out.</summary>
static class PacketAdvice
{
    internal static void DeviceReceive(ResourceReport report, SampleView view)
    {
        var (device, word) = report.Subject.Length == 0 ? ("a device", "DEVICE") : (report.Subject, Shell.Word(report.Subject));
        if (report.IsLossWithoutSaturation)
        {
            report.Evidence.Add(
                $"{device} counted {report.Losses} more dropped packets. The kernel counts frames of an unknown protocol or VLAN here, and "
                + "frames for which there was no memory; it does not say which.");
            report.Advice.Add(
                $"If connections suffer too: ethtool -S {word} shows what the driver dropped, tcpdump -e -i {word} the packets that no "
                + "protocol handled.");
            report.WillNotFix.Add("A larger ring or backlog: the kernel counted neither missed packets nor a full backlog.");
            return;
        }
        report.Evidence.Add(
            $"{device} lost {report.Losses} packets before the host could read them: the receive ring was not emptied in time (rx_missed, "
            + "rx_fifo).");
        AddShare(report, view);
        Ring(report, view, word);
        var (queues, most) = (view[NicRows.CombinedChannels, report.Instance], view[NicRows.CombinedChannelsLimit, report.Instance]);
        var now = most is null ? "" : $", now {queues} of at most {most}";
        report.Advice.Add(
            $"Spread the load: use more queues (ethtool -L {word} combined N{now}) with their interrupts on several CPUs; see which CPU is "
            + "busy in softirq.");
        report.WillNotFix.Add("netdev_max_backlog, somaxconn or socket buffers: these packets never got that far.");
    }

    /// <summary>True if one CPU does most of the work, which is then in the evidence.</summary>
    static bool AddShare(ResourceReport report, SampleView view)
    {
        if (CpuShare.Uneven(view) is not { } uneven)
            return false;
        report.Evidence.Add(uneven);
        return true;
    }

    /// <summary>A ring at its largest size cannot be raised.</summary>
    static void Ring(ResourceReport report, SampleView view, string word)
    {
        var (size, most) = (view[NicRows.ReceiveRing, report.Instance], view[NicRows.ReceiveRingLimit, report.Instance]);
        if (size is null || most is null)
            report.Advice.Add($"ethtool -g {word} shows the ring's size and maximum; ethtool -G {word} rx N raises it.");
        else if (size < most)
            report.Advice.Add(
                $"The receive ring has {size} of at most {most} descriptors. ethtool -G {word} rx {most} raises it; many drivers reset the "
                + "device for that, which interrupts traffic for a moment.");
        else
            report.Evidence.Add($"The receive ring already has its largest size, {most} descriptors.");
    }

    internal static void SoftnetBacklog(ResourceReport report, SampleView view)
    {
        var cpu = report.Subject.Length == 0 ? "a CPU" : report.Subject;
        if (report.Losses > 0)
            report.Evidence.Add(
                $"{report.Losses} packets were dropped because the backlog of {cpu} was full (softnet_stat, which all namespaces share).");
        if (report.Limit is { } limit)
            report.Evidence.Add(
                limit > 0 ? $"net.core.netdev_max_backlog allows {limit} packets per CPU." : $"{ZeroLimits.Meaning(report)}.");
        else
            report.Evidence.Add("The limit, net.core.netdev_max_backlog, can be read only in the host's own network namespace.");
        var backlog = Math.Clamp((report.Limit ?? 1000) * 4, 4096, int.MaxValue);
        report.Advice.Add($"sysctl -w net.core.netdev_max_backlog={backlog} on the host, for bursts.");
        report.Advice.Add(
            $"{(AddShare(report, view) ? "Spread" : "If only one CPU drops, spread")} packets over more CPUs: RPS "
            + $"(/sys/class/net/DEVICE/queues/rx-0/rps_cpus), or more receive queues{Queues(view)}.");
        report.Advice.Add(
            "Traffic of veth, loopback, tunnels and RPS uses these backlogs: look for container traffic or a broadcast storm on a bridge.");
        report.WillNotFix.Add("The NIC's ring: these packets had already left it.");
        report.WillNotFix.Add("Any backlog, if the CPU is busy all the time: a longer queue only fills later.");
    }

    static string Queues(SampleView view) => CpuShare.MoreQueues(view) is { } command ? $": {command}" : "";

    internal static void Qdisc(ResourceReport report, SampleView view)
    {
        var (device, word) = report.Subject.Length == 0 ? ("a device", "DEVICE") : (report.Subject, Shell.Word(report.Subject));
        if (report.Losses > 0)
            report.Evidence.Add(
                $"The qdisc of {device} dropped {report.Losses} outgoing packets. The device's tx_dropped does not show them.");
        if (report.PeakLimit is { } limit)
            report.Evidence.Add(
                limit > 0
                    ? $"The queue of {device} reached {report.Peak} of {limit}."
                    : $"The queue of {device} has a limit of 0, so nothing can wait in it.");
        else if (report.Losses is not > 0)
            report.Evidence.Add($"The queue of {device} is long; its limit is unknown.");
        if (report.IsLossWithoutSaturation)
        {
            report.Evidence.Add("It drops early, before it is full, to hold delay down: by itself that is normal.");
            report.Advice.Add($"tc -s qdisc show dev {word}; a rate limit below the traffic shows as a backlog that never empties.");
            return;
        }
        report.Advice.Add($"tc -s qdisc show dev {word}: if it shapes (tbf, htb), its rate is the limit; raise the rate, or send less.");
        report.Advice.Add($"For bursts, give it a longer queue (limit; for pfifo_fast: ip link set {word} txqueuelen N).");
        report.WillNotFix.Add("Larger socket buffers or windows: they only push more into the same rate, where it is dropped.");
    }

    internal static void NfQueue(ResourceReport report, SampleView view)
    {
        report.Evidence.Add(
            $"{report.Losses} packets were dropped because the program that reads "
            + $"{(report.Subject.Length == 0 ? "a queue" : report.Subject)} did not read them in time.");
        report.Advice.Add(
            "Look at that program: its CPU, its socket's receive buffer, and whether it runs at all; NFQUEUE with --queue-bypass lets "
            + "packets pass without it.");
        report.Advice.Add(
            "Spread the packets over several queues (--queue-balance) or raise the queue's length where the program sets it "
            + "(NFQA_CFG_QUEUE_MAXLEN, 1024 by default).");
        report.WillNotFix.Add("conntrack or socket settings: the packets wait in front of both.");
    }
}
