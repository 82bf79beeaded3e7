namespace TcpAgent.Sources;

/// <summary>What the processes of an owner did while connections waited for them, from two looks a second or so apart.</summary>
readonly record struct Strain
{
    /// <summary>
    /// Whether they are several programs: nobody knows which of them has the socket, so what one of them does proves nothing.
    /// </summary>
    internal bool IsMixed { get; init; }

    /// <summary>Processes that were looked at.</summary>
    internal int Processes { get; init; }

    /// <summary>Those of them with as many open files as they may have: accept() fails.</summary>
    internal int AtFileLimit { get; init; }

    /// <summary>Open files and their limit, of the process that is closest to it.</summary>
    internal long Files { get; init; }

    /// <inheritdoc cref="Files"/>
    internal long FilesLimit { get; init; }

    /// <summary>Those of them that are stopped by a signal or a debugger.</summary>
    internal int Stopped { get; init; }

    /// <summary>Milliseconds between the two looks; 0 while there is only one, and then the shares below are 0 too.</summary>
    internal long Elapsed { get; init; }

    /// <summary>Whether all threads were looked at, both times.</summary>
    internal bool IsWhole { get; init; }

    /// <summary>CPU time of all threads together, in thousandths of one CPU.</summary>
    internal long Run { get; init; }

    /// <summary>For the thread that ran or waited for a CPU most: thousandths of the time in which it ran.</summary>
    internal long MostRun { get; init; }

    /// <summary>For the same thread: thousandths of the time in which it could run and had no CPU.</summary>
    internal long MostWait { get; init; }

    /// <summary>Enforcement periods of the CPU quota, and those of them in which it was used up.</summary>
    internal long Periods { get; init; }

    /// <inheritdoc cref="Periods"/>
    internal long ThrottledPeriods { get; init; }

    /// <summary>CPUs of the host; 0 if unknown.</summary>
    internal int Cpus { get; init; }

    /// <summary>Connects of its own that a backend has not answered for a second or more.</summary>
    internal int Unanswered { get; init; }

    /// <summary>The share of a CPU from which on a thread is not waiting for anything else.</summary>
    const long Bound = 700;

    /// <summary>The share of its time that such a thread must wait for a CPU before that is the cause.</summary>
    const long Starved = 300;

    /// <summary>The share of one CPU below which all threads together do nothing.</summary>
    const long Idle = 50;

    /// <summary>Milliseconds after which two looks tell something.</summary>
    internal const long Least = 900;

    /// <summary>
    /// The one cause that the figures prove, strongest evidence first. A throttled thread also counts as waiting for a CPU, and one that
    /// fails to accept at its limit may use a CPU or sleep, so both come before. None is the answer whenever nothing stands out.
    /// </summary>
    internal StrainCause Cause =>
        AtFileLimit > 0 ? IsMixed ? StrainCause.None : StrainCause.OpenFiles
        : Elapsed < Least ? StrainCause.None
        : ThrottledPeriods > 0 && ThrottledPeriods * 2 >= Periods ? StrainCause.Throttled
        : MostRun + MostWait >= Bound ? IsMixed ? StrainCause.None
            : MostWait >= Starved && !UsesTheCpusItself ? StrainCause.Cpu
            : StrainCause.Busy
        : Stopped > 0 && Stopped == Processes ? StrainCause.Stopped
        : Unanswered > 0 ? StrainCause.Backend
        : IsWhole && Run + MostWait < Idle ? StrainCause.Asleep
        : StrainCause.None;

    /// <summary>Its threads wait for each other.</summary>
    bool UsesTheCpusItself => Cpus > 0 && Run >= Bound * Cpus;
}
