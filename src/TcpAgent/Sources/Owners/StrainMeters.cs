using TcpAgent.Kernel;
using TcpAgent.Kernel.Cgroups;

namespace TcpAgent.Sources;

/// <summary>
/// The few meters there are, and which owner each measures. A meter stays with its owner while connections wait there, because it compares
/// two looks, but makes room after a result if others wait to be measured.
/// </summary>
sealed class StrainMeters
{
    /// <summary>Owners that are measured at the same time.</summary>
    const int Most = 4;

    readonly StrainMeter[] _meters = new StrainMeter[Most];

    internal StrainMeters(KernelRoot root, TimeProvider time)
    {
        for (var i = 0; i < Most; i++)
            _meters[i] = new StrainMeter(root, time);
    }

    /// <summary>Chooses the owners for the next look. False if there are none. Not called while a look runs.</summary>
    internal bool Choose(Dictionary<ulong, Owner>.ValueCollection owners, in Tick tick)
    {
        var hasAny = false;
        foreach (var meter in _meters)
            hasAny |= Choose(meter, owners, tick);
        return hasAny;
    }

    bool Choose(StrainMeter meter, Dictionary<ulong, Owner>.ValueCollection owners, in Tick tick)
    {
        var next = Next(owners, tick);
        if (meter.Owner is { } owner && IsStrained(owner, tick) && !(meter.HasResult && next is not null))
        {
            // The time before a pause is one in which the owner had nothing to do.
            if (meter.IsOlderThan(owner.StrainedSince))
                meter.Begin(owner);
            return true;
        }
        meter.Begin(next);
        return next is not null;
    }

    /// <summary>The owner whose last measurement is longest ago, among those that no meter has; null for none.</summary>
    Owner? Next(Dictionary<ulong, Owner>.ValueCollection owners, in Tick tick)
    {
        Owner? next = null;
        foreach (var owner in owners)
            if (IsStrained(owner, tick) && !IsMeasured(owner) && (next is null || owner.MeasuredAt < next.MeasuredAt))
                next = owner;
        return next;
    }

    /// <summary>The processes of the cgroup are looked at only where one of them has the socket.</summary>
    static bool IsStrained(Owner owner, in Tick tick) => owner.StrainedAt == tick.Number && owner.Facts.Role == OwnerRole.Holder;

    bool IsMeasured(Owner owner)
    {
        foreach (var meter in _meters)
            if (ReferenceEquals(meter.Owner, owner))
                return true;
        return false;
    }

    /// <summary>Measures the chosen owners.</summary>
    internal void Measure(CgroupTree tree, CgroupProcesses processes, int cpus)
    {
        foreach (var meter in _meters)
            if (meter.Owner is { } owner && tree.Of(owner.Id) is { } cgroup)
                meter.Measure(cgroup, processes, cpus);
    }

    /// <summary>Hands the results to the owners.</summary>
    internal void Take(in Tick tick)
    {
        foreach (var meter in _meters)
            meter.Owner?.Take(tick.Timestamp);
    }
}
