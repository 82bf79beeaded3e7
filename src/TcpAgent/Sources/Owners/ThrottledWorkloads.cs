using System.Runtime.CompilerServices;
using TcpAgent.Kernel.Cgroups;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// How often the memory limit of a unit or container held its sockets back. A unit may have several cgroups, which come and go. The rises
/// of each are added up here, so that their sum never falls.
/// </summary>
sealed class ThrottledWorkloads(TimeProvider time)
{
    /// <summary>Until the look after the next.</summary>
    static readonly TimeSpan s_recent = TimeSpan.FromMinutes(2);

    sealed class Throttles(WorkloadInstance instance)
    {
        internal WorkloadInstance Instance { get; } = instance;

        internal long Total { get; set; }

        /// <summary>The last rise, within about a minute, and when it was seen.</summary>
        internal long Rise { get; set; }

        internal long At { get; set; }
    }

    readonly Dictionary<Workload, Throttles> _known = [];
    readonly Throttles?[] _top = new Throttles?[WorkloadTable.Most];

    /// <summary>Adds what an owner's cgroup counted between its last two looks.</summary>
    internal void Note(Owner owner, long timestamp)
    {
        if (owner.SocketThrottlesRise <= 0 || !owner.Facts.HasConnections)
            return;
        var throttles = _known.TryGetValue(owner.Facts.Workload, out var known) ? known : Learn(owner);
        (throttles.Rise, throttles.At) = (owner.SocketThrottlesRise, timestamp);
        throttles.Total += owner.SocketThrottlesRise;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Throttles Learn(Owner owner)
    {
        if (_known.Count >= Owners.MostOwners)
            _known.Clear();
        return _known[owner.Facts.Workload] = new Throttles(owner.Instance);
    }

    /// <summary>Adds those of the ten cgroups with the most.</summary>
    internal void Store(Table table, long timestamp)
    {
        var count = 0;
        foreach (var (_, one) in _known)
            Top.Offer(_top, ref count, one, static (one, other) => one!.Total > other!.Total);
        foreach (var one in _top.AsSpan(0, count))
        {
            var slots = WorkloadTable.RowOf(table, one!.Instance);
            WorkloadTable.Add(slots, WorkloadRows.SocketThrottles, one.Total);
            WorkloadTable.Add(slots, WorkloadRows.RecentSocketThrottles, time.GetElapsedTime(one.At, timestamp) <= s_recent ? one.Rise : 0);
        }
    }
}
