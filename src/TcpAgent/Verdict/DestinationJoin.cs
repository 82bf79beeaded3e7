using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Joins what a sample has about each destination: connects under way, sampled connections, silent ones, and ports.</summary>
static class DestinationJoin
{
    /// <summary>Destinations reported, the worst.</summary>
    internal const int Most = 10;

    /// <param name="view">The sample.</param>
    /// <param name="groups">The sampled connections.</param>
    internal static List<DestinationReport> Of(SampleView view, IReadOnlyList<ConnectionReport> groups)
    {
        var found = new Dictionary<string, DestinationReport>();
        foreach (var group in groups)
            if (!group.IsIncoming && group.Subject != ConnectionInstance.Others)
                found[group.Subject] = DestinationReport.Of(group);
        AddConnects(found, view, PeerRows.ConnectColumns);
        AddConnects(found, view, PeerRows.SynColumns);
        AddConnections(found, view);
        AddPorts(found, view);
        AddMemory(found, view);
        var all = new List<DestinationReport>(found.Values);
        all.Sort(DestinationReport.WorstFirst);
        return all.Count > Most ? all.GetRange(0, Most) : all;
    }

    static DestinationReport At(Dictionary<string, DestinationReport> found, string destination) =>
        found.TryGetValue(destination, out var known) ? known : new DestinationReport(destination);

    /// <summary>Adds up the connects from all source addresses. A destination in both tables has the higher numbers of the two.</summary>
    static void AddConnects(Dictionary<string, DestinationReport> found, SampleView view, PeerColumns columns)
    {
        var sums = new Dictionary<string, DestinationReport>();
        foreach (var (instance, sockets) in view.Instances(columns.Sockets))
        {
            var one = At(sums, PeerFindings.Name(instance));
            sums[one.Destination] = one with
            {
                SynSent = (one.SynSent ?? 0) + sockets,
                SynUnanswered = one.SynUnanswered + (view[columns.Silent, instance] ?? 0),
                SynRetransmissions = Highest(one.SynRetransmissions, view[columns.Retransmits, instance]),
                OldestSyn = Highest(one.OldestSyn, view[columns.Oldest, instance] / 1000.0),
            };
        }
        foreach (var (destination, sum) in sums)
        {
            var one = At(found, destination);
            found[destination] = one with
            {
                SynSent = Highest(one.SynSent, sum.SynSent),
                SynUnanswered = Math.Max(one.SynUnanswered, sum.SynUnanswered),
                SynRetransmissions = Highest(one.SynRetransmissions, sum.SynRetransmissions),
                OldestSyn = Highest(one.OldestSyn, sum.OldestSyn),
            };
        }
    }

    static void AddConnections(Dictionary<string, DestinationReport> found, SampleView view)
    {
        var columns = PeerRows.ConnectionColumns;
        var sampled = new HashSet<string>();
        foreach (var (destination, report) in found)
            if (report.Connections is not null)
                sampled.Add(destination);
        foreach (var (instance, sockets) in view.Instances(columns.Sockets))
        {
            var name = PeerFindings.Name(instance);
            if (IsLeftOut(found, name, (instance as EndpointInstance)?.Endpoint.IsLoopback))
                continue;
            var one = At(found, name);
            found[name] = one with
            {
                Connections = sampled.Contains(name) ? one.Connections : (one.Connections ?? 0) + sockets,
                Unacknowledged = one.Unacknowledged + (view[columns.Silent, instance] ?? 0),
                WindowClosed = one.WindowClosed + (view[columns.Closed, instance] ?? 0),
            };
        }
    }

    static void AddPorts(Dictionary<string, DestinationReport> found, SampleView view)
    {
        foreach (var (instance, ports) in view.Instances(EphemeralPortRows.Used))
        {
            if (instance is not TupleInstance { Tuple: var tuple })
                continue;
            var name = tuple.Destination.ToString();
            if (IsLeftOut(found, name, tuple.Destination.IsLoopback))
                continue;
            var one = At(found, name);
            found[name] = one with { Ports = (one.Ports ?? 0) + ports };
        }
    }

    static void AddMemory(Dictionary<string, DestinationReport> found, SampleView view)
    {
        foreach (var (instance, microseconds) in view.Instances(RoundTripMemory.RoundTrip))
        {
            var name = instance is TupleInstance { Tuple: var tuple } ? tuple.Destination.ToString() : instance.Subject;
            if (found.TryGetValue(name, out var one) && one.RoundTrip is null)
                found[name] = one with { RoundTrip = microseconds / 1e6, IsRemembered = true };
        }
    }

    /// <summary>This host itself is a destination only if connections to it were sampled: its queues are in the verdict anyway.</summary>
    static bool IsLeftOut(Dictionary<string, DestinationReport> found, string name, bool? isLoopback) =>
        isLoopback == true && !found.ContainsKey(name);

    static long? Highest(long? one, long? other) => one is null || other > one ? other : one;

    static double? Highest(double? one, double? other) => one is null || other > one ? other : one;
}
