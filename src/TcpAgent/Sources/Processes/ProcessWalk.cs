using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;

namespace TcpAgent.Sources;

/// <summary>
/// Walks all processes. Who a process is, its limit and its network namespace are read when it is new and now and then again; at each walk
/// only its open files, and of a process far from its limit at every other. Only the walk's own thread calls Walk, and only the sampler's
/// thread Take.
/// </summary>
sealed class ProcessWalk(KernelRoot root) : IDisposable
{
    /// <summary>As many as a host may have by default (pid_max); further ones are counted.</summary>
    internal const int MaxProcesses = 32 * 1024;

    /// <summary>Limit and namespace of a process may change. In this many walks each is read again.</summary>
    const int RenewEvery = 32;

    /// <summary>The open files of a process that is far from its limit are read in this many walks.</summary>
    const int FarEvery = 2;

    const int Few = 256;

    readonly ProcessList _list = new(root);
    readonly ProcessFolder _folder = new(root);
    ulong[] _keys = new ulong[Few];
    ProcessRecord[] _known = new ProcessRecord[Few];
    ProcessRecord[] _next = new ProcessRecord[Few];
    int _count;
    int _nextCount;
    long _nextOmitted;
    long _walks;
    bool _isHidden;
    ulong _network;

    /// <summary>The network namespace that the agent reads; 0 if it is unknown.</summary>
    internal ulong Own { get; } = ProcessFolder.NetworkNamespaceOf(root);

    /// <summary>The processes of the last walk that was taken, in order of their PIDs.</summary>
    internal ReadOnlySpan<ProcessRecord> Processes => _known.AsSpan(0, _count);

    internal long Omitted { get; private set; }

    /// <summary>Whether the processes of others are hidden: hidepid, or ProtectProc=invisible in the agent's unit.</summary>
    internal bool IsHidden { get; private set; }

    /// <summary>
    /// The only network namespace whose processes the agent judges: its own, if that is not the namespace of process 1. In the host's it
    /// judges all; 0.
    /// </summary>
    internal ulong Network { get; private set; }

    /// <summary>Returns 0 or the errno.</summary>
    internal int Walk()
    {
        var errno = List(out var count);
        if (errno == 0)
            Read(count);
        _list.End();
        if (errno == 0)
        {
            var isRead = _folder.Open(1) == 0 && _folder.TryReadStat(out _, out _);
            _isHidden = root.Live && !isRead;
            _network = isRead && _folder.NetworkNamespace is > 0 and var first && first != Own ? Own : 0;
        }
        _folder.Close();
        return errno;
    }

    /// <summary>Makes the result of a walk the known one.</summary>
    internal void Take()
    {
        (_known, _next) = (_next, _known);
        (_count, Omitted, IsHidden, Network) = (_nextCount, _nextOmitted, _isHidden, _network);
    }

    int List(out int count)
    {
        (count, _nextOmitted) = (0, 0);
        var errno = _list.Begin();
        if (errno != 0)
            return errno;
        var isSorted = true;
        while (_list.TryRead(out var process, out errno))
        {
            if (count == MaxProcesses)
            {
                _nextOmitted++;
                continue;
            }
            if (count == _keys.Length)
                Grow();
            _keys[count] = ProcessRecord.KeyOf(process);
            isSorted &= count == 0 || _keys[count - 1] < _keys[count];
            count++;
        }

        // The kernel lists them in order; a plain directory has none.
        if (!isSorted)
            _keys.AsSpan(0, count).Sort();
        return errno;
    }

    void Read(int count)
    {
        _walks++;
        _nextCount = 0;
        if (_next.Length < _keys.Length)
            GrowNext();
        var before = 0;
        for (var i = 0; i < count; i++)
        {
            while (before < _count && _known[before].Key < _keys[i])
                before++;
            var isKnown = before < _count && _known[before].Key == _keys[i];
            ref var process = ref _next[_nextCount];
            process = isKnown ? _known[before] : ProcessRecord.Of(_keys[i]);
            (process.WasKnown, process.IsKnown) = (process.IsKnown, isKnown);
            if (TryRead(ref process))
                _nextCount++;
        }
    }

    /// <summary>False for a process that has ended, or of which nothing can be read.</summary>
    bool TryRead(ref ProcessRecord process)
    {
        if (root.Live && process is { IsKnown: true, IsKernelThread: true })
            return true;

        // A plain directory may give the inode of a folder that is gone to the next.
        if ((!process.WasKnown || !root.Live || (process.Pid + _walks) % RenewEvery == 0) && !TryLearn(ref process))
            return false;
        if (!process.IsKernelThread && (!process.WasKnown || !IsFar(process) || (process.Pid + _walks) % FarEvery == 0))
            process.Files = _list.OpenFiles(process.Pid);
        return true;
    }

    /// <summary>A process that the kernel counts no files of is far, too.</summary>
    static bool IsFar(in ProcessRecord process) => Fullness.Of(process.Files, process.Limit).Share < OpenFiles.LeastExported;

    bool TryLearn(ref ProcessRecord process)
    {
        if (_folder.Open(process.Pid) != 0 || !TryIdentify(ref process))
            return false;
        if (process.IsKernelThread)
            return true;
        (process.Limit, process.Network) = (_folder.OpenFilesLimit, _folder.NetworkNamespace);
        return true;
    }

    /// <summary>Reads who the process is, unless its folder has the inode of the walk before.</summary>
    bool TryIdentify(ref ProcessRecord process)
    {
        if (process.IsKnown && _folder.Inode is not 0 and var inode && ProcessRecord.KeyOf(new(process.Pid, inode)) == process.Key)
            return true;
        if (!_folder.TryReadStat(out var stat, out _))
            return false;
        process.IsKnown &= process.StartTime == stat.StartTime;
        (process.StartTime, process.IsKernelThread) = (stat.StartTime, stat.IsKernelThread);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow() => Array.Resize(ref _keys, _keys.Length * 2);

    [MethodImpl(MethodImplOptions.NoInlining)]
    void GrowNext() => _next = new ProcessRecord[_keys.Length];

    public void Dispose()
    {
        _list.Dispose();
        _folder.Dispose();
    }
}
