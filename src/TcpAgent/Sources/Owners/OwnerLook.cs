using TcpAgent.Kernel;
using TcpAgent.Kernel.Cgroups;

namespace TcpAgent.Sources;

/// <summary>
/// Finds the unit or container of a cgroup and the programs in it. Used by one thread at a time, which may be that of a walk. Allocates
/// nothing while nothing has changed.
/// </summary>
sealed class OwnerLook(KernelRoot root) : IDisposable
{
    readonly CgroupTree _tree = new(root.SysFs);
    readonly CgroupProcesses _processes = new(root);
    readonly ProgramNames _names = new();
    readonly HashSet<ulong> _wanted = [];
    readonly OnlineCpus _cpus = new(root);
    readonly MemoryEvents _memory = new();

    /// <summary>
    /// Looks at some owners, and measures those that have a meter. Returns 0, or the errno if there is no hierarchy of version 2.
    /// </summary>
    internal int Take(List<Owner> owners, StrainMeters meters)
    {
        _wanted.Clear();
        foreach (var owner in owners)
            if ((owner.NextCgroup = _tree.Of(owner.Id)) is null)
                _wanted.Add(owner.Id);
        var errno = _wanted.Count == 0 ? 0 : _tree.Find(_wanted);
        foreach (var owner in owners)
        {
            owner.NextCgroup ??= _tree.Of(owner.Id);
            Identify(owner);
        }
        meters.Measure(_tree, _processes, _cpus.Count);
        return errno;
    }

    /// <summary>Processes that left their cgroup may still hold its sockets, so an empty one says nothing.</summary>
    void Identify(Owner owner)
    {
        (owner.NextFacts, owner.NextProcesses, owner.NextSocketThrottles) = (OwnerFacts.Unknown, KernelValue.Absent, KernelValue.Absent);
        if (owner.NextCgroup is not { Workload.IsNamed: true } cgroup || !_processes.Begin(cgroup) || _processes.Count == 0)
            return;
        owner.NextProcesses = _processes.Count;
        owner.NextSocketThrottles = _memory.SocketThrottles(cgroup);
        _names.Clear();
        while (_processes.TryRead(out _, out var name))
            _names.Add(name);
        var before = owner.Facts;
        var programs = _names.Choose(before.Programs);
        var role = RoleOf(cgroup.Workload, programs);
        owner.NextFacts = ReferenceEquals(programs, before.Programs) && before.Role == role && before.Workload == cgroup.Workload
            ? before
            : new OwnerFacts(cgroup.Workload, programs, role);
    }

    /// <summary>
    /// Sockets that systemd opens for a unit belong to its own scope. A port forwarder is in the unit of the container engine.
    /// </summary>
    OwnerRole RoleOf(Workload workload, string[] programs) =>
        _names.HasForwarder ? OwnerRole.Proxy
        : IsManager(workload.Unit) && (programs.Length == 0 || Array.IndexOf(programs, "systemd") >= 0) ? OwnerRole.Activated
        : OwnerRole.Holder;

    static bool IsManager(string unit) => unit == "init.scope" || unit.EndsWith("/init.scope", StringComparison.Ordinal);

    public void Dispose()
    {
        _processes.Dispose();
        _cpus.Dispose();
    }
}
