using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>The number of CPUs that are online.</summary>
sealed class OnlineCpus(KernelRoot root) : IDisposable
{
    const int Most = 1024;

    readonly ProcFile _list = root.Sys("devices/system/cpu/online");

    /// <summary>0 if it is unknown.</summary>
    internal int Count
    {
        get
        {
            Span<int> ids = stackalloc int[Most];
            return _list.Read(out var text) == 0 ? Math.Max(0, CpuList.Parse(text, ids)) : 0;
        }
    }

    public void Dispose() => _list.Dispose();
}
