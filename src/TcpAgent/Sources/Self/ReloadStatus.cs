using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>The state of a file that is read again while the agent runs; absent until one is configured.</summary>
sealed class ReloadStatus
{
    long _successful = KernelValue.Absent;
    long _time = KernelValue.Absent;

    /// <summary>1 or 0.</summary>
    internal long Successful => Volatile.Read(ref _successful);

    /// <summary>When it was last read and valid, in milliseconds since the epoch.</summary>
    internal long Time => Volatile.Read(ref _time);

    internal void Succeeded(DateTimeOffset now)
    {
        Volatile.Write(ref _time, now.ToUnixTimeMilliseconds());
        Volatile.Write(ref _successful, 1);
    }

    internal void Failed() => Volatile.Write(ref _successful, 0);
}
