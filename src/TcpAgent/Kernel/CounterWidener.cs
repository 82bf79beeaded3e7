using System.Runtime.CompilerServices;

namespace TcpAgent.Kernel;

/// <summary>
/// A u32 counter of the kernel, carried on in 64 bits. A value that falls by more than half the range has wrapped; any other
/// fall is a reset (a module reloaded, a CPU replaced) and is passed through.
/// </summary>
struct WideCounter
{
    uint _last;
    long _high;

    internal long Widen(uint value)
    {
        if (value < _last)
            _high = unchecked(value - _last) < 0x8000_0000 ? _high + 0x1_0000_0000 : 0;
        _last = value;
        return _high + value;
    }
}

/// <summary>Many <see cref="WideCounter"/>, by cell.</summary>
sealed class CounterWidener
{
    /// <summary>More cells than any host has CPUs times columns; beyond it values pass as they are.</summary>
    const int MaxCells = 1 << 20;

    WideCounter[] _cells = [];

    internal long Widen(int cell, ulong raw)
    {
        if (raw > uint.MaxValue || (uint)cell >= MaxCells)
            return (long)Math.Min(raw, long.MaxValue);
        if (cell >= _cells.Length)
            Grow(cell);
        return _cells[cell].Widen((uint)raw);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int cell) => Array.Resize(ref _cells, Math.Max(64, Math.Max(cell + 1, _cells.Length * 2)));
}
