using System.Text;
using TcpAgent.Kernel.Cgroups;
using TcpAgent.Kernel.Processes;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// What other network namespaces are called: by the pod or container of their processes, else by the unit and one process. Two of one name
/// get the process too, because a name must not mean two.
/// </summary>
sealed class NamespaceNames(ProcessFolder folder)
{
    /// <summary>Processes that are asked for their container.</summary>
    const int MostAsked = 32;

    /// <summary>The name of the process that holds a pod's namespaces and does nothing.</summary>
    static ReadOnlySpan<byte> Pause => "pause"u8;

    /// <summary>The name and the labels of a namespace that is new. Null if its process has ended or left.</summary>
    /// <param name="process">One in it.</param>
    /// <param name="inode">The namespace.</param>
    /// <param name="isTaken">Whether another namespace has a name.</param>
    internal (string Name, Instance Instance)? Of(ProcessIdentity process, ulong inode, Func<string, bool> isTaken)
    {
        if (!folder.TryOpen(process, out var bytes))
            return null;
        var program = Label.Text(bytes);
        var workload = WorkloadOf();
        if (folder.NetworkNamespace != inode)
            return null;
        var one = $"{program}[{process.Pid}]";
        var name = workload.Pod.Length > 0 ? $"pod {workload.Pod}"
            : workload.Kind == WorkloadKind.Container ? workload.Name
            : workload.Kind is WorkloadKind.Unit or WorkloadKind.Slice ? $"{workload.Name} ({one})"
            : one;
        if (isTaken(name))
            name = $"{name}, {one}";
        var instance = new Instance(
            name, ("netns", name), ("unit", workload.Kind == WorkloadKind.Unit ? workload.Unit : ""),
            ("container_id", workload.Pod.Length > 0 ? "" : workload.Container), ("pod_uid", workload.Pod));
        return (name, instance);
    }

    /// <summary>
    /// What runs there, for a pod: "container nginx" if it has one, else their names. Otherwise the program. Empty if that is unknown, or
    /// the name has it already.
    /// </summary>
    internal string Content(OtherNamespace place, ReadOnlySpan<ProcessRecord> processes)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var (asked, isPod) = (0, false);
        foreach (ref readonly var one in processes)
        {
            if (one.Network != place.Inode || asked == MostAsked)
                continue;
            asked++;
            if (!folder.TryOpen(one.Identity, out var name) || folder.NetworkNamespace != place.Inode || name.SequenceEqual(Pause))
                continue;
            var program = Label.Text(name);
            var workload = WorkloadOf();
            isPod |= workload.Pod.Length > 0;
            names.Add(workload.Pod.Length > 0 ? ContainerOf(workload) ?? program : program);
        }
        const int most = 3;
        return names.Count is 0 or > most || place.Name.Contains(names.Min!, StringComparison.Ordinal) ? ""
            : $"{(isPod ? names.Count == 1 ? "container " : "containers " : "")}{string.Join(", ", names)}";
    }

    /// <summary>The workload of the open process, by version 2 of cgroups, or by systemd's hierarchy beside version 1.</summary>
    Workload WorkloadOf()
    {
        if (folder.Read("cgroup\0"u8, out var text) != 0)
            return Workload.Unknown;
        if (CgroupLines.TryFindUnified(text, out var path) && CgroupPath.Parse(path) is { IsNamed: true } unified)
            return unified;
        foreach (var controller in s_controllers)
            if (CgroupLines.TryFind(text, controller, out path) && CgroupPath.Parse(path) is { IsNamed: true } other)
                return other;
        return Workload.Unknown;
    }

    static readonly byte[][] s_controllers = Array.ConvertAll(["name=systemd", "memory", "cpu", "pids"], Encoding.ASCII.GetBytes);

    /// <summary>The name of the open process' container; the short id if no volume tells it.</summary>
    string? ContainerOf(Workload workload) =>
        folder.Read("mountinfo\0"u8, out var text) == 0
            && PodVolumes.TryFindContainer(text, Encoding.ASCII.GetBytes(workload.Pod), out var name)
            ? Encoding.ASCII.GetString(name)
            : workload.ShortContainer is { Length: > 0 } id ? id : null;
}
