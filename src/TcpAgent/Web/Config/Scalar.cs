namespace TcpAgent.Web.Config;

/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
/// <param name="Value">Without quotes, escapes resolved.</param>
/// <param name="IsPlain">Written without quotes: only then is it a number, true, or nothing.</param>
sealed record Scalar(int Line, int Column, string Value, bool IsPlain) : Node(Line, Column)
{
    /// <summary>Written as nothing at all, which is the same as leaving the key out.</summary>
    internal bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";
}
