using System.Text;
using TcpAgent.System;

namespace TcpAgent.Kernel.Cgroups;

/// <summary>
/// What CPU quotas did to a cgroup between two reads: its own, and those of the cgroups above it, with which it is throttled too. The
/// controller is in version 2 or, beside it, in version 1. Used by one thread at a time; allocates nothing.
/// </summary>
sealed class CpuQuota(string sysFs)
{
    const int MostLevels = 32, MostPath = 4_096 + 64, Capacity = 1_024;

    /// <summary>systemd links the first name to the second.</summary>
    readonly byte[][] _roots = [Encoding.UTF8.GetBytes($"{sysFs}/fs/cgroup/cpu"), Encoding.UTF8.GetBytes($"{sysFs}/fs/cgroup/cpu,cpuacct")];

    readonly byte[] _path = new byte[MostPath];
    readonly byte[] _text = new byte[Capacity];
    CpuStat[] _now = new CpuStat[MostLevels];
    CpuStat[] _before = new CpuStat[MostLevels];
    int _levels;
    int _levelsBefore;

    /// <summary>Starts a read.</summary>
    internal void Begin()
    {
        (_before, _now, _levelsBefore) = (_now, _before, _levels);
        _levels = 0;
    }

    /// <summary>Reads the levels of version 2.</summary>
    internal void Add(Cgroup cgroup)
    {
        cgroup.Folder.CopyTo(_path);
        AddLevels(cgroup.RootLength, cgroup.Folder.Length - 1);
    }

    /// <summary>Reads the levels of version 1.</summary>
    /// <param name="path">From the line of the controller cpu in /proc/PID/cgroup.</param>
    internal void AddVersion1(ReadOnlySpan<byte> path)
    {
        foreach (var root in _roots)
        {
            if (root.Length + path.Length + 16 > MostPath)
                return;
            root.CopyTo(_path, 0);
            path.CopyTo(_path.AsSpan(root.Length));
            if (AddLevels(root.Length, root.Length + path.Length))
                return;
        }
    }

    /// <summary>Of the level that was throttled most often between the last two reads; nothing if the levels are not the same.</summary>
    internal CpuStat Since()
    {
        var most = default(CpuStat);
        for (var i = 0; i < _levels && _levels == _levelsBefore; i++)
            if (_now[i].Since(_before[i]) is var rise && rise.Throttled > most.Throttled)
                most = rise;
        return most;
    }

    /// <summary>The root itself has no quota. False if no level has the file.</summary>
    bool AddLevels(int root, int end)
    {
        var isThere = false;
        while (end > root + 1 && _levels < MostLevels)
        {
            "/cpu.stat\0"u8.CopyTo(_path.AsSpan(end));
            var length = BriefFile.Read(Libc.AT_FDCWD, _path, _text, out _);
            isThere |= length >= 0;
            if (CpuStat.TryParse(_text.AsSpan(0, Math.Max(0, length)), out var stat))
                _now[_levels++] = stat;
            end = Math.Max(root, _path.AsSpan(0, end).LastIndexOf((byte)'/'));
        }
        return isThere;
    }
}
