using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>Entries of the connection tracking table that have something in common, as far as they were read.</summary>
/// <param name="name">What they have in common, unless that is an address.</param>
/// <param name="endpoint">Their common address, and the port unless it is 0.</param>
sealed class TrackedGroup(string name, Endpoint endpoint = default)
{
    internal string Name => name.Length > 0 ? name
        : endpoint.Port == 0 ? $"{endpoint.Address}"
        : $"{endpoint}";

    /// <summary>The instance under which they are exported; null for a group that is not.</summary>
    internal Instance? Instance { get; init; }

    internal int Entries { get; private set; }

    /// <summary>Those to which nothing has come back.</summary>
    internal int Unreplied { get; private set; }

    /// <summary>Those that a full table does not evict.</summary>
    internal int Assured { get; private set; }

    internal void Clear() => (Entries, Unreplied, Assured) = (0, 0, 0);

    internal void Add(in ConntrackRow row)
    {
        Entries++;
        Unreplied += row.IsUnreplied ? 1 : 0;
        Assured += row.IsAssured ? 1 : 0;
    }
}
