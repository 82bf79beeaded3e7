using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>
/// Counters that add up to 0 when each packet is counted where it enters and where it ends. Without one of them nothing can be said.
/// </summary>
sealed class Balance
{
    readonly (SlotRef Counter, int Sign)[] _terms = [];

    /// <summary>Ticks running at which all was known.</summary>
    int _known;

    /// <param name="entered">Packets are counted here first.</param>
    /// <param name="ended">And each of them in one of these.</param>
    internal Balance(ReadOnlySpan<SlotRef?> entered, ReadOnlySpan<SlotRef?> ended)
    {
        var terms = new (SlotRef, int)[entered.Length + ended.Length];
        for (var i = 0; i < terms.Length; i++)
        {
            if ((i < entered.Length ? entered[i] : ended[i - entered.Length]) is not { } counter)
                return;
            terms[i] = (counter, i < entered.Length ? 1 : -1);
        }
        _terms = terms;
    }

    internal bool IsKnown => _known > 0;

    /// <summary>
    /// Packets without an end since the tick before, below 0 where more ended than entered. The counters are in several files: the first
    /// time that these are read there may be long between them, so the first difference is not taken.
    /// </summary>
    internal long Left { get; private set; }

    internal void Update()
    {
        var (isKnown, left) = (_terms.Length > 0, 0L);
        foreach (var (counter, sign) in _terms)
        {
            isKnown &= counter.Value != KernelValue.Absent;
            left += sign * counter.Rise;
        }
        _known = isKnown ? Math.Min(_known + 1, 3) : 0;
        Left = _known == 3 ? left : 0;
    }
}
