namespace TcpAgent.Kernel;

/// <summary>
/// What a parse found wrong: how many sections or lines were dropped and the first of them (1-based). The rest was kept.
/// </summary>
readonly record struct ParseResult(int Dropped, int Line)
{
    internal ParseResult And(int line) => new(Dropped + 1, Dropped == 0 ? line : Line);
}
