namespace TcpAgent.Kernel;

/// <summary>The errors of a parse: the number of sections or lines dropped and the first of them (1-based). The rest was kept.</summary>
readonly record struct ParseResult(int Dropped, int Line)
{
    internal ParseResult And(int line) => new(Dropped + 1, Dropped == 0 ? line : Line);

    /// <summary>Both together; the first of the earlier one is the first.</summary>
    internal ParseResult With(ParseResult later) => new(Dropped + later.Dropped, Dropped == 0 ? later.Line : Line);
}
