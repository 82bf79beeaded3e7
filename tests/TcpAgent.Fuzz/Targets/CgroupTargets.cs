using System.Text;
using TcpAgent.Kernel.Cgroups;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>/proc/PID/cgroup. A process that may make a cgroup chooses the bytes of its path.</summary>
static class CgroupTargets
{
    const int MostText = 2 * CgroupName.MaxLength + 1;

    internal static void Lines(byte[] input)
    {
        Check(CgroupPath.Parse(input));
        foreach (var controller in (string[])["", "cpu"])
        {
            if (!CgroupLines.TryFind(input, Encoding.ASCII.GetBytes(controller), out var path))
                continue;
            Hold(path is [(byte)'/', ..], "a path without a slash");
            Check(CgroupPath.Parse(path));
        }
    }

    static void Check(Workload workload)
    {
        foreach (var text in (string[])[workload.Unit, workload.Runtime, workload.Container, workload.Pod, workload.Path])
        {
            Hold(text.Length <= MostText, $"{text.Length} characters");
            Hold(text.All(c => c is >= ' ' and <= '~' and not '"'), "not printable");
        }
        Hold(workload.Name.Length > 0 == workload.IsNamed, "a name is there if and only if there is one");
    }
}
