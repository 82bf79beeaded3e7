using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Packets that this host itself lost on their way out, which TCP then had to send again, and those that wait there.</summary>
static class LocalLoss
{
    /// <summary>If this host dropped fewer than one for so many segments sent again, most were lost elsewhere.</summary>
    const long Part = 5;

    /// <summary>As many wait behind any burst.</summary>
    const long FewPackets = 10;

    static readonly DropStage[] s_stages = [DropStages.FilterOutput, DropStages.Qdisc, DropStages.DeviceTransmit];

    /// <summary>Where this host drops enough to explain what was sent again: "the qdisc of eth0 here"; null where it does not.</summary>
    internal static string? Find(SampleView view)
    {
        var again = view[RecentRows.RetransSegs] ?? 0;
        var (most, place) = (view[RecentRows.RetransFail] ?? 0, DropStages.FilterOutput);
        foreach (var stage in s_stages)
            if (view[DropRows.Recent, stage.Instance] is { } count && count > most)
                (most, place) = (count, stage);
        if (most == 0 || most * Part < again)
            return null;
        var packets = $"{ConnectionWords.Number(most)} packets";
        return ReferenceEquals(place, DropStages.Qdisc) ? $"the qdisc{Device(view)} of this host dropped {packets}"
            : ReferenceEquals(place, DropStages.FilterOutput) ? $"a rule of this host refused {packets}"
            : $"a device of this host dropped {packets}";
    }

    /// <summary>Where packets wait on this host now: "in the qdisc of eth0 of this host, 120 packets"; null where few do.</summary>
    internal static string? Queue(SampleView view)
    {
        var (most, device) = (FewPackets, "");
        foreach (var (instance, packets) in view.Instances(Qdiscs.QueuePackets))
            if (packets > most)
                (most, device) = (packets, instance.Subject);
        return device.Length == 0 ? null : $"in the qdisc of {device} of this host, {ConnectionWords.Number(most)} packets";
    }

    static string Device(SampleView view) =>
        SubjectInstance.In(view[ResourceMonitor.SubjectRows], ResourceCatalog.Qdisc) is { } device ? $" of {device.Subject}" : "";
}
