namespace TcpAgent.Web.Config;

/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
/// <param name="Value">The text without quotes, with escapes resolved.</param>
/// <param name="IsPlain">Whether it is written without quotes: only then can it be a number, a boolean or null.</param>
sealed record Scalar(int Line, int Column, string Value, bool IsPlain) : Node(Line, Column)
{
    /// <summary>True for a null value, which is the same as leaving out the key.</summary>
    internal bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";
}
