namespace TcpAgent.Web.Config;

/// <summary>A problem in a file and its place, for the operator. Never holds a secret: no password hash, no key.</summary>
/// <param name="File">The file as it was given.</param>
/// <param name="Line">1-based; 0 for the file as a whole.</param>
/// <param name="Column">1-based.</param>
/// <param name="Text">What is wrong and what to do.</param>
readonly record struct Problem(string File, int Line, int Column, string Text)
{
    public override string ToString() => Line == 0 ? $"{File}: {Text}" : $"{File}:{Line}:{Column}: {Text}";
}
