using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains what the cloud allows this instance, which no setting of the host changes.</summary>
static class CloudAdvice
{
    internal static void BandwidthIn(ResourceReport report, SampleView view)
    {
        Exceeded(report, report.Losses, "received more bytes than it may", "bw_in_allowance_exceeded");
        Bandwidth(report, "received");
        report.Advice.Add("Find the senders, and let them send evenly: an average far below the allowance does not help against bursts.");
        Outside(report, "The receive ring, netdev_max_backlog or socket buffers");
    }

    internal static void BandwidthOut(ResourceReport report, SampleView view)
    {
        Exceeded(report, report.Losses, "sent more bytes than it may", "bw_out_allowance_exceeded");
        Bandwidth(report, "sent");
        report.Advice.Add(
            "Pace what is sent: the qdisc fq with a maxrate below the allowance queues on this host, where nothing is lost.");
        Outside(report, "The transmit ring, txqueuelen or socket buffers");
    }

    internal static void Packets(ResourceReport report, SampleView view)
    {
        var linkLocal = view[RecentRows.LinkLocalExceeded] ?? 0;
        if (linkLocal > 0)
        {
            report.Evidence.Add(
                $"The cloud dropped {linkLocal} packets to its own DNS, time and metadata services, which it limits for each interface "
                + "(linklocal_allowance_exceeded).");
            report.Advice.Add("Cache DNS answers and credentials on this host, so that programs ask the cloud's services less often.");
        }
        if (report.Losses > linkLocal || linkLocal == 0)
        {
            Exceeded(report, report.Losses - linkLocal, "had more packets in a second than it may", "pps_allowance_exceeded");
            report.Advice.Add(
                "Send fewer and larger packets: batch small writes, use jumbo frames inside the cloud's network, and compare the rate of "
                + "tcpagent_device_receive_packets_total and tcpagent_device_transmit_packets_total with what the instance type allows.");
        }
        report.Advice.Add("A larger instance type allows more packets.");
        Outside(report, "Rings, more queues or interrupts on other CPUs");
    }

    internal static void Conntrack(ResourceReport report, SampleView view)
    {
        if (report.Losses > 0)
            report.Evidence.Add(
                $"The cloud dropped {report.Losses} packets because it tracks as many connections of this instance as it may "
                + "(conntrack_allowance_exceeded).");
        long? available = null;
        foreach (var (_, value) in view.Instances(NicRows.ConntrackAvailable))
            available = Math.Min(available ?? value, value);
        if (report.Used is not null || report.Losses is not > 0)
            report.Evidence.Add(
                $"It tracks at least {report.Used ?? 0} connections of this instance"
                + (available is null ? "." : $", and {available} more are allowed (conntrack_allowance_available).")
                + (report.State == ResourceState.Near ? " More than four fifths of the limit are in use, whatever it is." : ""));
        report.Advice.Add(
            "Let the cloud not track the service: it does not track a flow whose security groups allow all addresses in both directions "
            + "for it. Filter by network ACLs or on the host then.");
        report.Advice.Add(
            "Shorten the idle timeout of established connections at the network interface: by default an idle connection stays for days.");
        report.Advice.Add("Keep connections open and reuse them; a larger instance type tracks more.");
        report.WillNotFix.Add("nf_conntrack_max: that table is this host's own.");
        report.WillNotFix.Add("Anything in the application or its backlog: the cloud drops the SYN before it gets here.");
    }

    static void Exceeded(ResourceReport report, long? count, string why, string counter) => report.Evidence.Add(
        $"The cloud queued or dropped {count ?? 0} packets because this instance {why} ({counter}"
        + $"{(report.Subject.Length == 0 ? "" : $" of {report.Subject}")}).");

    static void Bandwidth(ResourceReport report, string direction)
    {
        report.Evidence.Add("No counter of the host itself shows them: to TCP they look like loss or delay on the path.");
        report.Advice.Add(
            $"Compare the bytes {direction} a second with the baseline of the instance type: small types exceed it only as long as their "
            + "credits last. A larger or network-optimized type has more.");
    }

    static void Outside(ResourceReport report, string settings) =>
        report.WillNotFix.Add($"{settings}: the cloud holds the packets back outside this host.");
}
