namespace TcpAgent.Kernel;

/// <summary>
/// Extends a u32 kernel counter to 64 bits. A value that falls by more than half the range has wrapped; any other fall is a reset (a module
/// reloaded, a CPU replaced) and passes unchanged.
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
