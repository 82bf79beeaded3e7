using System.Runtime.CompilerServices;

namespace TcpAgent.Kernel;

/// <summary>
/// Carries the kernel's u32 counters on in 64 bits. A value that falls by more than half the range has wrapped; any other fall
/// is a reset (a module reloaded, a CPU replaced) and is passed through.
/// </summary>
sealed class CounterWidener
{
    /// <summary>More cells than any host has CPUs times columns; beyond it values pass as they are.</summary>
    const int MaxCells = 1 << 20;

    uint[] _last = [];
    long[] _high = [];

    internal long Widen(int cell, ulong raw)
    {
        if (raw > uint.MaxValue || (uint)cell >= MaxCells)
            return (long)Math.Min(raw, long.MaxValue);
        if (cell >= _last.Length)
            Grow(cell);
        var value = (uint)raw;
        if (value < _last[cell])
            _high[cell] = unchecked(value - _last[cell]) < 0x8000_0000 ? _high[cell] + 0x1_0000_0000 : 0;
        _last[cell] = value;
        return _high[cell] + value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int cell)
    {
        var size = Math.Max(64, Math.Max(cell + 1, _last.Length * 2));
        Array.Resize(ref _last, size);
        Array.Resize(ref _high, size);
    }
}
