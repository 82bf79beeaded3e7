using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace TcpAgent.Web;

/// <summary>
/// Lets Kestrel take its buffers from the shared array pool of the process, which frees them when the collector runs. Kestrel's own pool
/// wakes two threads every ten seconds to look for memory to free, even on a host that nobody scrapes.
/// </summary>
sealed class SharedMemory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => MemoryPool<byte>.Shared;
}
