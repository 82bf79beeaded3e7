using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>One listening socket as a table shows it. Values that the table lacks are <see cref="KernelValue.Absent"/>.</summary>
readonly record struct ListenRow(Endpoint Local, ulong Id, long Length, long Limit, long Drops)
{
    /// <summary>The cgroup in which the socket was created; 0 if it is unknown.</summary>
    internal ulong Cgroup { get; init; }
}
