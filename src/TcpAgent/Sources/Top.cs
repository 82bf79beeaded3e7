namespace TcpAgent.Sources;

/// <summary>The first few of many by an order, in a span that has room for them.</summary>
static class Top
{
    /// <summary>Puts one where it belongs among those found so far, or nowhere. Of equals the one that came first stays first.</summary>
    /// <param name="top">The first <paramref name="count"/> are in order; at least one place.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="one">Offered.</param>
    /// <param name="precedes">A static method or lambda, so that nothing is allocated.</param>
    internal static void Offer<T>(Span<T> top, ref int count, T one, Func<T, T, bool> precedes)
    {
        if (count == top.Length && !precedes(one, top[^1]))
            return;
        var at = count == top.Length ? count - 1 : count++;
        for (; at > 0 && precedes(one, top[at - 1]); at--)
            top[at] = top[at - 1];
        top[at] = one;
    }
}
