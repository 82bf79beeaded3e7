using System.Globalization;
using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>What is read of each process.</summary>
static class ProcessTargets
{
    /// <summary>The header of an entry, and a name of one byte.</summary>
    const int ShortestEntry = 20;

    internal static void Processes(byte[] input)
    {
        var entries = 0;
        var reader = new DirectoryReader(input);
        while (reader.TryRead(out var name, out _))
        {
            entries++;
            if (ProcessList.TryParsePid(name, out var pid))
                Hold(Encoding.Latin1.GetString(name) == pid.ToString(CultureInfo.InvariantCulture), $"{pid} is not in the entry");
        }
        Hold(entries <= input.Length / ShortestEntry, $"{entries} entries");

        if (ProcessStat.TryParse(input, out var stat, out var program))
            Hold(stat is { Pid: > 0, Parent: >= 0, StartTime: >= 0 } && program.Length < input.Length, $"{stat}");
        if (ListenLine.TryParse(new Cursor(input), out var isListener, out var listener))
            Hold(listener.Waiting is >= 0 and <= uint.MaxValue && (isListener || listener == default), $"{listener}");
        if (PodVolumes.TryFindContainer(input, "uid"u8, out var container))
            Hold(container.Length is > 0 and < 64 && !container.ContainsAnyExceptInRange((byte)'-', (byte)'z'), "an odd name");
        Hold(ProcessLimits.Soft(input, ProcessLimits.OpenFiles) is KernelValue.Absent or >= 0, "a limit below 0");
    }
}
