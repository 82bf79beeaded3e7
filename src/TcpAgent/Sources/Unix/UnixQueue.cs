using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>One listener whose queue is not empty.</summary>
/// <param name="Cookie">Identifies the socket during its life.</param>
/// <param name="Inode">The key by which the kernel finds the socket.</param>
/// <param name="Length">Waiting connections, above 0.</param>
/// <param name="Limit">How many may wait; <see cref="KernelValue.Absent"/> where the kernel does not report it.</param>
readonly record struct UnixQueue(ulong Cookie, uint Inode, long Length, long Limit)
{
    internal Fullness Fullness => Fullness.Of(Length, Limit);
}
