using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;

namespace TcpAgent.Sources;

/// <summary>
/// The other network namespaces of the host, from walk to walk of the processes. The kernel gives the number of one that is gone to a new
/// one, so a namespace is the same only while a process that was in it stays.
/// </summary>
sealed class NamespaceTable(ProcessFolder folder, TimeSpan peakWindow, TimeProvider time)
{
    internal const int MaxNamespaces = 256;

    /// <summary>Limits what is counted beyond these.</summary>
    const int MaxCounted = 16 * 1024;

    readonly NamespaceNames _names = new(folder);
    readonly Dictionary<ulong, OtherNamespace> _byInode = [];
    readonly HashSet<ulong> _beyond = [];
    readonly HashSet<string> _taken = [];
    readonly List<OtherNamespace> _changed = [];

    /// <summary>When the walk before the last listed the processes.</summary>
    long _walkedBefore = KernelValue.Absent;
    long _walked = KernelValue.Absent;

    internal Dictionary<ulong, OtherNamespace>.ValueCollection Namespaces => _byInode.Values;

    internal int Count => _byInode.Count;

    /// <summary>Further ones, for which there is no room.</summary>
    internal int Omitted => _beyond.Count;

    /// <summary>Takes the processes of a new walk.</summary>
    internal void Take(ProcessWatch watch)
    {
        (_walkedBefore, _walked) = (_walked, watch.WalkedAt);
        _beyond.Clear();
        foreach (var one in Namespaces)
            (one.IsProcessSeen, one.Candidate) = (false, default);
        foreach (ref readonly var process in watch.Processes)
        {
            if (process.Network == 0 || process.Network == watch.Own)
                continue;
            if (_byInode.TryGetValue(process.Network, out var known))
                Note(known, process);
            else if (_byInode.Count < MaxNamespaces)
                Learn(process);
            else if (_beyond.Count < MaxCounted)
                _beyond.Add(process.Network);
        }
        foreach (var one in Namespaces)
            if (!one.IsProcessSeen || one.IsLost)
                _changed.Add(one);
        foreach (var one in _changed)
            Follow(one, watch);
        _changed.Clear();
        folder.Close();
    }

    static void Note(OtherNamespace known, in ProcessRecord process)
    {
        known.IsProcessSeen |= process.Identity == known.Process;
        if (known.Candidate.Pid == 0 && process.IsKnown && process.Identity != known.Process)
            known.Candidate = process.Identity;
    }

    /// <summary>
    /// The process through which it was read has ended or left. Another that was there at the walk before lived together with it, if the
    /// namespace has been read since; otherwise this may be a new namespace with the number of the old one.
    /// </summary>
    void Follow(OtherNamespace one, ProcessWatch watch)
    {
        if (one.Candidate.Pid > 0 && _walkedBefore != KernelValue.Absent && one.LookedAt >= _walkedBefore)
        {
            one.Follow(one.Candidate);
            return;
        }
        Forget(one);
        foreach (ref readonly var process in watch.Processes)
            if (process.Network == one.Inode && Learn(process))
                return;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    bool Learn(in ProcessRecord process)
    {
        if (_names.Of(process.Identity, process.Network, _taken.Contains) is not var (name, instance))
            return false;
        _taken.Add(name);
        _byInode[process.Network] = new OtherNamespace(process.Network, process.Identity, name, instance, peakWindow, time)
        {
            IsProcessSeen = true,
        };
        return true;
    }

    void Forget(OtherNamespace one)
    {
        _byInode.Remove(one.Inode);
        _taken.Remove(one.Name);
    }

    /// <summary>A listener of a namespace that lost something, named once.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal QueueInstance Name(OtherNamespace place, Endpoint? local, ReadOnlySpan<ProcessRecord> processes) =>
        place.Queue is { } queue && queue.Local == local ? queue : new QueueInstance(place, local, _names.Content(place, processes));

    internal void Clear()
    {
        _byInode.Clear();
        _beyond.Clear();
        _taken.Clear();
    }
}
