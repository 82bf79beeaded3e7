using TcpAgent.Kernel.Processes;

namespace TcpAgent.Sources;

/// <summary>The CPU times of some threads at one look, in constant memory.</summary>
sealed class ThreadSamples
{
    /// <summary>Maximum number of threads; further ones are not looked at.</summary>
    internal const int Most = 256;

    readonly (ProcessIdentity Process, int Tid, ThreadTime Time)[] _samples = new (ProcessIdentity, int, ThreadTime)[Most];

    internal int Count { get; private set; }

    internal bool IsFull => Count == Most;

    internal void Clear() => Count = 0;

    internal void Add(ProcessIdentity process, int tid, ThreadTime time)
    {
        if (!IsFull)
            _samples[Count++] = (process, tid, time);
    }

    /// <summary>
    /// The rise since an earlier look: of all threads together, and of the one that ran or waited most. A thread that was not there, or
    /// whose process is another one of the same PID, has no rise. Known is the number of threads that have one.
    /// </summary>
    internal (long Run, ThreadTime Most, int Known) Since(ThreadSamples earlier)
    {
        var (run, most, known) = (0L, default(ThreadTime), 0);
        for (var i = 0; i < Count; i++)
        {
            ref readonly var now = ref _samples[i];
            if (!earlier.TryFind(now.Process, now.Tid, i, out var before) || before.Run > now.Time.Run || before.Wait > now.Time.Wait)
                continue;
            var rise = new ThreadTime(now.Time.Run - before.Run, now.Time.Wait - before.Wait);
            known++;
            run += rise.Run;
            if (rise.Run + rise.Wait > most.Run + most.Wait)
                most = rise;
        }
        return (run, most, known);
    }

    /// <summary>The threads come in the same order at each look, so that the search usually begins at the right place.</summary>
    bool TryFind(ProcessIdentity process, int tid, int place, out ThreadTime time)
    {
        for (var i = 0; i < Count; i++)
        {
            ref readonly var one = ref _samples[(place + i) % Count];
            if (one.Tid != tid || one.Process != process)
                continue;
            time = one.Time;
            return true;
        }
        time = default;
        return false;
    }
}
