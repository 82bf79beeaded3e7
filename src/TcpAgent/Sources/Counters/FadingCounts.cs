using System.Runtime.CompilerServices;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>
/// How much counters rose lately, to compare them with each other. Each sample takes a 64th of a sum away before it adds the new rise, so
/// the sum is that of about the last 64 samples.
/// </summary>
sealed class FadingCounts
{
    const int Samples = 64;

    (long Last, long Sum)[] _counts = [];

    /// <summary>
    /// Takes a counter's value and returns its sum. The first value only sets the baseline; a counter that fell adds nothing.
    /// </summary>
    /// <param name="place">Which counter, from 0.</param>
    /// <param name="value">Its value, or absent; then the sum is absent too.</param>
    internal long Note(int place, long value)
    {
        if (value == Absent)
            return Absent;
        if (place >= _counts.Length)
            Grow(place);
        ref var count = ref _counts[place];
        if (count.Last != Absent)
            count.Sum += Math.Max(0, value - count.Last) - (count.Sum / Samples);
        count.Last = value;
        return count.Sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int place)
    {
        var known = _counts.Length;
        Array.Resize(ref _counts, Math.Max(place + 1, 2 * known));
        _counts.AsSpan(known).Fill((Absent, 0));
    }
}
