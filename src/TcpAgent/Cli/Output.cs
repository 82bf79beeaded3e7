namespace TcpAgent.Cli;

/// <summary>What becomes of a command whose output cannot be written.</summary>
static class Output
{
    /// <summary>Whether a write can have failed with it. For the runtime a closed descriptor (EBADF) is a lack of permission.</summary>
    internal static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>
    /// Says so. A reader that closes its pipe, as head(1) does, is no error: the runtime ignores it, so what comes here is a full disk or a
    /// closed descriptor, and a file that was cut must not pass for a whole one.
    /// </summary>
    /// <returns>The exit code.</returns>
    internal static int Failed(Exception e, int code = 1)
    {
        Console.Error.WriteLine($"tcp-agent: error: the output could not be written: {e.Message}");
        return code;
    }
}
