using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The open files of one process that is followed from read to read.</summary>
sealed class FileHolder(ProcessIdentity identity, ReadOnlySpan<byte> name)
{
    /// <summary>
    /// With a smaller limit a program locked itself in: dhcpcd and others allow themselves only the files that they have open, the sandbox
    /// of sshd none.
    /// </summary>
    const long LeastLimit = 100;

    readonly byte[] _name = name.ToArray();
    long _before;

    internal ProcessInstance Instance { get; } = new(identity, Label.Text(name));

    /// <summary>Open files at the last read.</summary>
    internal long Files { get; private set; } = KernelValue.Absent;

    internal long Limit { get; private set; } = KernelValue.Absent;

    /// <summary>
    /// The number that counts: near the limit the lower of the last two reads, because a process may open all that it can for a moment.
    /// </summary>
    internal long Standing => IsNear ? Math.Min(Files, _before) : Files;

    /// <summary>Whether the next read matters: from this share of the limit on the process is near it.</summary>
    internal bool IsNear => Share >= Fullness.Near;

    internal double Share => Fullness.Of(Files, Limit).Share;

    /// <summary>Whether the process can be near a limit that its program did not choose so.</summary>
    internal static bool IsJudged(in ProcessRecord process) => process.Files > 0 && process.Limit >= LeastLimit;

    /// <summary>Reads the process again. False if it has ended, has another name by now, or locked itself in.</summary>
    internal bool TryRead(ProcessFolder folder)
    {
        if (!folder.TryOpen(Instance.Identity, out var name) || !name.SequenceEqual(_name))
            return false;
        (_before, Files, Limit) = (Math.Max(0, Files), folder.OpenFiles, folder.OpenFilesLimit);
        return Files != KernelValue.Absent && Limit >= LeastLimit;
    }
}
