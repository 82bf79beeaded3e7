using System.Runtime.CompilerServices;

namespace TcpAgent.Kernel;

/// <summary>A set of <see cref="WideCounter"/>, one per cell.</summary>
sealed class CounterWidener
{
    /// <summary>More cells than CPUs times columns on any host; values beyond it pass unchanged.</summary>
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
