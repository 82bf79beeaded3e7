using TcpAgent.Kernel.Processes;

namespace TcpAgent.Kernel.Cgroups;

/// <summary>
/// The processes of one cgroup at a time. A PID of the list may belong to another process by the time its directory is opened, so each
/// process is asked for its cgroup once more through that directory. Used by one thread at a time; allocates nothing.
/// </summary>
sealed class CgroupProcesses(KernelRoot root) : IDisposable
{
    /// <summary>Maximum number of processes that are looked at; further ones are only counted.</summary>
    internal const int Most = 64;

    const int Capacity = 16 * 1024;

    readonly byte[] _text = new byte[Capacity];
    Cgroup? _cgroup;
    int _at;
    int _end;
    int _looked;

    /// <summary>The directory of the process that was read last.</summary>
    internal ProcessFolder Folder { get; } = new(root);

    /// <summary>Processes in the list, as far as there is room for it.</summary>
    internal int Count { get; private set; }

    /// <summary>Starts with a cgroup. False if its list cannot be read, because it has ended or is one of threads.</summary>
    internal bool Begin(Cgroup cgroup)
    {
        var length = cgroup.Read("/cgroup.procs\0"u8, _text);
        (_cgroup, _at, _end, _looked) = (cgroup, 0, Math.Max(0, length), 0);
        Count = 0;
        foreach (var one in _text.AsSpan(0, _end))
            Count += one == '\n' ? 1 : 0;
        return length >= 0;
    }

    /// <summary>The next process that lives and is in the cgroup. Its directory stays open until the next call.</summary>
    /// <param name="stat">Its identity.</param>
    /// <param name="name">Valid until the directory is read again.</param>
    internal bool TryRead(out ProcessStat stat, out ReadOnlySpan<byte> name)
    {
        while (_looked < Most && TryReadPid(out var pid))
        {
            _looked++;
            if (Folder.Open(pid) == 0 && IsHere() && Folder.TryReadStat(out stat, out name) && stat.Pid == pid && stat.State != 'Z')
                return true;
        }
        Folder.Close();
        stat = default;
        name = default;
        return false;
    }

    bool IsHere() => Folder.Read("cgroup\0"u8, out var text) == 0 && CgroupLines.TryFindUnified(text, out var path)
        && _cgroup!.IsAt(path);

    /// <summary>A process outside of the agent's PID namespace is listed as 0.</summary>
    bool TryReadPid(out int pid)
    {
        while (_at < _end)
        {
            var rest = _text.AsSpan(_at, _end - _at);
            var end = rest.IndexOf((byte)'\n');
            _at = end < 0 ? _end : _at + end + 1;
            if (end > 0 && ProcessList.TryParsePid(rest[..end], out pid))
                return true;
        }
        pid = 0;
        return false;
    }

    public void Dispose() => Folder.Dispose();
}
