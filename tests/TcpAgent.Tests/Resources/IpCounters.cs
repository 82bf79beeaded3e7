namespace TcpAgent.Tests.Resources;

/// <summary>All counters of IP, which a test raises from tick to tick.</summary>
sealed class IpCounters : IDisposable
{
    static readonly (string Section, string[] Fields)[] s_all =
    [
        ("Ip", [
            "InReceives", "InDelivers", "ForwDatagrams", "ReasmReqds", "ReasmOKs", "InHdrErrors", "InAddrErrors", "InUnknownProtos",
            "InDiscards", "FragFails", "OutRequests", "OutTransmits", "FragOKs", "FragCreates",
        ]),
        ("IpExt", ["InNoRoutes", "InTruncatedPkts", "InMcastPkts", "OutMcastPkts"]),
        ("TcpExt", ["IPReversePathFilter"]),
        ("", [
            "Ip6InReceives", "Ip6InDelivers", "Ip6OutForwDatagrams", "Ip6ReasmReqds", "Ip6ReasmOKs", "Ip6InHdrErrors", "Ip6InAddrErrors",
            "Ip6InUnknownProtos", "Ip6InDiscards", "Ip6InTooBigErrors", "Ip6InNoRoutes", "Ip6InTruncatedPkts", "Ip6InMcastPkts",
            "Ip6OutMcastPkts",
            "Ip6OutRequests", "Ip6OutTransmits", "Ip6FragOKs", "Ip6FragFails", "Ip6FragCreates",
        ]),
    ];

    readonly Dictionary<(string Section, string Field), long> _values = [];

    internal ResourceRig Rig { get; } = new();

    /// <summary>As after boot, for the two ticks that a first difference needs.</summary>
    internal void Start(params string[] without)
    {
        foreach (var (section, fields) in s_all)
            foreach (var field in fields)
                if (!without.Contains(field))
                    Add(section, (field, 1000));
        Add("drop", ("drop", 0));
        Rig.Tick(2);
    }

    internal void Add(string section, params (string Field, long More)[] counters)
    {
        foreach (var (field, more) in counters)
        {
            var value = _values[(section, field)] = _values.GetValueOrDefault((section, field)) + more;
            if (section == "Ip")
                Rig.Snmp.Set(section, field, value);
            else if (section.Length == 0)
                Rig.Snmp6.Set(section, field, value);
            else if (section == "drop")
                Rig.Conntrack.Set("", field, value);
            else
                Rig.Netstat.Set(section, field, value);
        }
    }

    public void Dispose() => Rig.Dispose();
}
