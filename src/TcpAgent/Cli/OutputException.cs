namespace TcpAgent.Cli;

/// <summary>
/// Standard output does not take what a verb has to say. It is no IOException, so that a verb does not mistake it for a failure of what it
/// reads.
/// </summary>
sealed class OutputException(Exception cause) : Exception(cause.Message, cause);
