using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;

namespace TcpAgent.Sources;

/// <summary>What is remembered of one process from walk to walk.</summary>
struct ProcessRecord
{
    /// <summary>The PID and a hash of the inode of its directory, which together tell processes apart; in order of the PID.</summary>
    internal ulong Key;

    internal long StartTime;

    /// <summary>Open files, at this walk.</summary>
    internal long Files;

    /// <summary>The soft limit of open files; absent if it cannot be read.</summary>
    internal long Limit;

    /// <summary>The identity of its network namespace; 0 if unknown.</summary>
    internal ulong Network;

    internal bool IsKernelThread;

    /// <summary>The walk before saw it too.</summary>
    internal bool IsKnown;

    /// <summary>
    /// So did the one before that. A process that is just starting a container enters its namespace after it was first seen.
    /// </summary>
    internal bool WasKnown;

    internal readonly int Pid => (int)(Key >> 32);

    internal readonly ProcessIdentity Identity => new(Pid, StartTime);

    internal static ulong KeyOf(in ProcessEntry entry) => ((ulong)(uint)entry.Pid << 32) | (uint)(entry.Inode ^ (entry.Inode >> 32));

    internal static ProcessRecord Of(ulong key) => new() { Key = key, Files = KernelValue.Absent, Limit = KernelValue.Absent };
}
