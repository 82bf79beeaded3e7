using TcpAgent.Kernel;
using TcpAgent.Kernel.Cgroups;

namespace TcpAgent.Sources;

/// <summary>
/// The owner of all sockets that were created in one cgroup. A look fills the fields named Next, perhaps on another thread; the sampler
/// takes them over once the look is done.
/// </summary>
sealed class Owner(ulong id)
{
    static readonly WorkloadInstance s_unknown = new(Workload.Unknown);

    /// <summary>The cgroup's id.</summary>
    internal ulong Id { get; } = id;

    internal OwnerFacts Facts { get; private set; } = OwnerFacts.Unknown;

    /// <summary>The unit or container, as an instance of a table.</summary>
    internal WorkloadInstance Instance { get; private set; } = s_unknown;

    /// <summary>Processes in the cgroup; absent if unknown.</summary>
    internal long Processes { get; private set; } = KernelValue.Absent;

    /// <summary>Times that a memory limit held its sockets back, as of the last look; absent if unknown.</summary>
    internal long SocketThrottles { get; private set; } = KernelValue.Absent;

    /// <summary>Their rise between the last two looks; 0 after the first.</summary>
    internal long SocketThrottlesRise { get; private set; }

    /// <summary>When it was looked at last, by the monotonic clock; absent before the first time.</summary>
    internal long LookedAt { get; set; } = KernelValue.Absent;

    /// <summary>The last tick at which a socket of it was there.</summary>
    internal long SeenAt { get; set; }

    /// <summary>Since when, without a pause, connections wait at one of its listeners; absent while none do.</summary>
    internal long StrainedSince { get; set; } = KernelValue.Absent;

    /// <summary>The last tick at which they did.</summary>
    internal long StrainedAt { get; set; } = KernelValue.Absent;

    /// <summary>Why, as of the last measurement.</summary>
    internal Strain Strain { get; private set; }

    /// <summary>When that was; absent if there was none.</summary>
    internal long MeasuredAt { get; private set; } = KernelValue.Absent;

    internal Cgroup? NextCgroup { get; set; }

    internal OwnerFacts? NextFacts { get; set; }

    internal long NextProcesses { get; set; } = KernelValue.Absent;

    internal long NextSocketThrottles { get; set; } = KernelValue.Absent;

    internal Strain? NextStrain { get; set; }

    /// <summary>Takes over what the last look found.</summary>
    internal void Take(long timestamp)
    {
        if (NextFacts is { } facts)
        {
            if (!facts.IsSame(Facts))
                (Facts, Instance) = (facts, new WorkloadInstance(facts.Workload));
            (Processes, LookedAt, NextFacts) = (NextProcesses, timestamp, null);
            SocketThrottlesRise = SocketThrottles == KernelValue.Absent ? 0 : Math.Max(0, NextSocketThrottles - SocketThrottles);
            SocketThrottles = NextSocketThrottles;
        }
        if (NextStrain is not { } strain)
            return;
        NextStrain = null;

        // A first look has no times, and must not take the place of a result from the same wait.
        if (strain.Elapsed > 0 || Strain.Elapsed == 0 || MeasuredAt < StrainedSince)
            (Strain, MeasuredAt) = (strain, timestamp);
    }
}
