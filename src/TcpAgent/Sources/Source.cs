using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>How often a source is read: at every tick, or every ten seconds and at start.</summary>
enum Lane
{
    Fast,
    Slow,
}

enum Outcome
{
    Ok,

    /// <summary>This host has no such thing: no module, no IPv6, an older kernel. Not a failure.</summary>
    Absent,

    /// <summary>It is there, but only for root or a capability that the agent does without by default. Not a failure either.</summary>
    Denied,

    /// <summary>Part of it could not be read or parsed; that part is withdrawn, the rest stands.</summary>
    Partial,

    /// <summary>Nothing could be read; the source's series are withdrawn.</summary>
    Failed,
}

/// <summary>What a read came to. Holds no text of its own, so that a source which keeps failing allocates nothing.</summary>
/// <param name="Outcome">How much was read.</param>
/// <param name="Where">The file or request that failed.</param>
/// <param name="Errno">The error of the system call, 0 when the content was at fault.</param>
/// <param name="Line">The first line dropped, 1-based; 0 when there is none.</param>
readonly record struct ReadStatus(Outcome Outcome, string Where = "", int Errno = 0, int Line = 0)
{
    internal static ReadStatus Ok => default;

    internal static ReadStatus Absent => new(Outcome.Absent);

    internal static ReadStatus Denied(string where, int errno) => new(Outcome.Denied, where, errno);

    internal static ReadStatus Failed(string where, int errno) => new(Outcome.Failed, where, errno);

    internal static ReadStatus Malformed(string where, int line) => new(Outcome.Partial, where, 0, line);

    /// <summary>
    /// For a file that not every host has: ENOENT says that this one has no such thing. A file that every kernel has can only be
    /// hidden (ProcSubset=pid, a wrong --path.procfs), which is a failure like any other.
    /// </summary>
    internal static ReadStatus Optional(string where, int errno) => errno == Libc.ENOENT ? Absent : Failed(where, errno);

    /// <summary>
    /// Of two parts of one source: absent with anything present is the other's outcome, a failed part makes the whole partial.
    /// </summary>
    internal ReadStatus With(ReadStatus other) => (Outcome, other.Outcome) switch
    {
        (Outcome.Absent, _) => other,
        (_, Outcome.Absent) => this,
        (Outcome.Denied, _) => other,
        (_, Outcome.Denied) => this,
        (Outcome.Failed, Outcome.Failed) => this,
        (Outcome.Failed, _) => this with { Outcome = Outcome.Partial },
        (_, Outcome.Failed) when Outcome == Outcome.Ok => other with { Outcome = Outcome.Partial },
        (Outcome.Ok, _) => other,
        _ => this,
    };

    internal string Reason => Errno != 0 ? $"{Where}: {Libc.Describe(Errno)}"
        : Line != 0 ? $"{Where}: line {Line} is torn or not in the kernel's format"
        : Where;
}

/// <summary>One moment of sampling.</summary>
/// <param name="Number">Counts from 0.</param>
/// <param name="Timestamp">Monotonic, by the sampler's TimeProvider.</param>
/// <param name="Slow">Whether the slow lane is read too.</param>
readonly record struct Tick(long Number, long Timestamp, bool Slow);

/// <summary>
/// Something that is read from the kernel: its blocks and how to fill them. A source knows its files and rows and nothing of
/// who reads them; what it returns or throws never touches another source.
/// </summary>
abstract class Source(string name, params Block[] blocks) : IDisposable
{
    /// <summary>The flag's and the label's name.</summary>
    internal string Name { get; } = name;

    internal Block[] Blocks { get; } = blocks;

    internal virtual Lane Lane => Lane.Fast;

    /// <summary>False for a source that is switched off but read because another computes from it.</summary>
    internal bool IsExported { get; set; } = true;

    /// <summary>By which interface of the kernel the source reads at present; a constant text.</summary>
    internal string Mode { get; private protected set; } = "procfs";

    /// <summary>Whether there is another interface to fall back on, so that the mode tells something while all is well.</summary>
    internal virtual bool HasFallback => false;

    /// <summary>Sections and lines dropped because they were not in the kernel's format, since start.</summary>
    internal long Malformed { get; private protected set; }

    /// <summary>Fields the kernel printed that no row names.</summary>
    internal virtual long Unknown => 0;

    /// <summary>Fills the blocks. What could not be read is left absent.</summary>
    internal abstract ReadStatus Read(in Tick tick);

    /// <summary>Computes what needs other sources' values of the same tick.</summary>
    internal virtual void Derive(in Tick tick)
    {
    }

    internal virtual void Withdraw()
    {
        foreach (var block in Blocks)
            block.Withdraw();
    }

    /// <summary>Forgets descriptors and cached names; the next read starts afresh.</summary>
    internal virtual void Reopen()
    {
    }

    public virtual void Dispose()
    {
        Reopen();
        GC.SuppressFinalize(this);
    }
}
