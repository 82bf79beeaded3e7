using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>The result of a read. It holds no text of its own, so that a source that keeps failing allocates nothing.</summary>
/// <param name="Outcome">How much was read.</param>
/// <param name="Where">The file or request that failed.</param>
/// <param name="Errno">The error of the system call, 0 when the content was malformed.</param>
/// <param name="Line">The first line dropped, 1-based; 0 when there is none.</param>
readonly record struct ReadStatus(Outcome Outcome, string Where = "", int Errno = 0, int Line = 0)
{
    internal static ReadStatus Ok => default;

    internal static ReadStatus Absent => new(Outcome.Absent);

    internal static ReadStatus Denied(string where, int errno) => new(Outcome.Denied, where, errno);

    internal static ReadStatus Failed(string where, int errno) => new(Outcome.Failed, where, errno);

    internal static ReadStatus Malformed(string where, int line) => new(Outcome.Partial, where, 0, line);

    /// <summary>
    /// The status for a file that not every host has: ENOENT means that the source does not exist here. A file that every kernel has can
    /// only be hidden (ProcSubset=pid, a wrong --path.procfs), which is a failure like any other.
    /// </summary>
    internal static ReadStatus Optional(string where, int errno) => errno == Libc.ENOENT ? Absent : Failed(where, errno);

    /// <summary>For a netlink family, or a part of it, that the kernel or the unit may be without.</summary>
    internal static ReadStatus OptionalFamily(string where, int errno) =>
        errno is Libc.EAFNOSUPPORT or Libc.EOPNOTSUPP ? Absent : Optional(where, errno);

    /// <summary>
    /// Combines the status of two parts of one source: an absent part does not count, and a failed part makes the whole partial.
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
