using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace TcpAgent.Fuzz;

/// <summary>
/// Where the instrumented agent counts its edges: how often control went from one piece of its code to another, each pair at a place by
/// its hash. The piece before is one for all threads, and the targets use one.
/// </summary>
static class Coverage
{
    /// <summary>Bytes: SharpFuzz numbers the pieces of code from 0 to 65,535.</summary>
    internal const int Capacity = 64 * 1024;

    /// <summary>Pinned: the agent writes it, libFuzzer reads and clears it.</summary>
    static readonly byte[] s_counters = GC.AllocateArray<byte>(Capacity, pinned: true);

    internal static nint Counters => Marshal.UnsafeAddrOfPinnedArrayElement(s_counters, 0);

    /// <summary>Before any code of the agent runs: it does not look whether there is a place to count at.</summary>
    internal static unsafe void Begin() => Trace.SharedMem = (byte*)Counters;

    /// <summary>Before each input, so that where the last one ended makes no difference.</summary>
    internal static void BeginInput() => Trace.PrevLocation = 0;
}
