using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>One socket that listens and whose queue is not empty.</summary>
/// <param name="Cookie">Names the socket for as long as it lives.</param>
/// <param name="Inode">By which the kernel finds it.</param>
/// <param name="Length">Connections that wait, above 0.</param>
/// <param name="Limit">How many may; <see cref="KernelValue.Absent"/> where the kernel does not tell.</param>
readonly record struct UnixQueue(ulong Cookie, uint Inode, long Length, long Limit)
{
    internal Fullness Fullness => Fullness.Of(Length, Limit);
}
