using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>
/// Counters that add up to 0 when each packet is counted where it enters and where it ends. If one of them is absent, there is no result.
/// </summary>
sealed class Balance
{
    readonly (SlotRef Counter, int Sign)[] _terms = [];

    /// <summary>Consecutive ticks at which all counters were present.</summary>
    int _known;

    /// <param name="entered">The counter that counts packets as they enter.</param>
    /// <param name="ended">The counters of which one counts each of these packets at its end.</param>
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
    /// Packets without an end since the previous tick, negative where more ended than entered. The counters are in several files. On the
    /// first read much time may pass between these, so the first difference is ignored.
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
