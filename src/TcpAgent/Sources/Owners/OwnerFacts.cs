using TcpAgent.Kernel.Cgroups;

namespace TcpAgent.Sources;

/// <summary>
/// What is known about the owner of sockets: the unit or container in which they were created, and the programs that run there. It never
/// changes, so that readers may keep it.
/// </summary>
/// <param name="Workload">The unit or container; unknown if its cgroup has ended or lies outside of the agent's sight.</param>
/// <param name="Programs">
/// The names of its processes, the most frequent first, without shells and the like where there are others; none if there are many.
/// </param>
/// <param name="Role">What that says about who accepts.</param>
sealed record OwnerFacts(Workload Workload, string[] Programs, OwnerRole Role)
{
    /// <summary>Maximum number of different names that say something.</summary>
    internal const int MostPrograms = 3;

    internal static readonly OwnerFacts Unknown = new(Workload.Unknown, [], OwnerRole.Unknown);

    /// <summary>The program, if all processes have the same name; otherwise nobody can say which of them has the socket.</summary>
    internal string Program => Role == OwnerRole.Holder && Programs.Length == 1 ? Programs[0] : "";

    /// <summary>Whether its connections say something about it. What systemd opened, a unit may have.</summary>
    internal bool HasConnections => Role is OwnerRole.Holder or OwnerRole.Proxy;

    /// <summary>Whether somebody learns something from it.</summary>
    internal bool IsKnown => Role != OwnerRole.Unknown;

    internal bool IsSame(OwnerFacts other) =>
        Role == other.Role && Workload == other.Workload && Programs.AsSpan().SequenceEqual(other.Programs);
}
