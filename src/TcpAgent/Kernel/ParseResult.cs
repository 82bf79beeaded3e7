namespace TcpAgent.Kernel;

/// <summary>The errors of a parse: the number of sections or lines dropped and the first of them (1-based). The rest was kept.</summary>
readonly record struct ParseResult(int Dropped, int Line)
{
    internal ParseResult And(int line) => new(Dropped + 1, Dropped == 0 ? line : Line);
}
