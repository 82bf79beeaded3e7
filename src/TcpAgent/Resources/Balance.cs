using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>
/// Counters that add up to 0 when each packet is counted where it enters and where it ends. Without one of them nothing can be said.
/// </summary>
sealed class Balance
{
    readonly (SlotRef Counter, int Sign)[] _terms = [];
    bool _wasKnown;

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

    internal bool IsKnown { get; private set; }

    /// <summary>Packets without an end since the tick before, below 0 where more ended than entered; 0 unless all was known then and now.</summary>
    internal long Left { get; private set; }

    internal void Update()
    {
        (_wasKnown, IsKnown) = (IsKnown, _terms.Length > 0);
        Left = 0;
        foreach (var (counter, sign) in _terms)
        {
            IsKnown &= counter.Value != KernelValue.Absent;
            if (!IsKnown)
                break;
            Left += sign * counter.Rise;
        }
        if (!IsKnown || !_wasKnown)
            Left = 0;
    }
}
