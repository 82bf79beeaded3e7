using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace TcpAgent.Fuzz;

/// <summary>
/// Where the instrumented agent counts its edges: how often control passed from one block of code to another. A hash of the pair is its
/// place. All threads share the previous block, and the targets use one thread.
/// </summary>
static class Coverage
{
    /// <summary>Bytes: SharpFuzz numbers the blocks of code from 0 to 65,535.</summary>
    internal const int Capacity = 64 * 1024;

    /// <summary>Pinned, because the agent writes it and libFuzzer reads and clears it.</summary>
    static readonly byte[] s_counters = GC.AllocateArray<byte>(Capacity, pinned: true);

    internal static nint Counters => Marshal.UnsafeAddrOfPinnedArrayElement(s_counters, 0);

    /// <summary>Called before any code of the agent runs, which counts without checking that there is a place for it.</summary>
    internal static unsafe void Begin() => Trace.SharedMem = (byte*)Counters;

    /// <summary>Called before each input, so that the end of the last one does not matter.</summary>
    internal static void BeginInput() => Trace.PrevLocation = 0;
}
