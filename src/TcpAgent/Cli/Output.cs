using System.Text;
using TcpAgent.System;

namespace TcpAgent.Cli;

/// <summary>What becomes of a command whose output cannot be written.</summary>
static class Output
{
    /// <summary>
    /// Makes the text of every verb pass through a stream that knows a failed write when it sees one. Without that, the answer of a verb to
    /// a full disk would be a stack trace.
    /// </summary>
    internal static void GuardConsole() =>
        Console.SetOut(new StreamWriter(new StandardOutput(Console.OpenStandardOutput()), new UTF8Encoding(false)) { AutoFlush = true });

    /// <summary>
    /// Writes a line to stderr. If stderr is closed or full there is nowhere left to say it, and a message that is lost must neither change
    /// the exit code nor abort the process.
    /// </summary>
    internal static void Say(string line)
    {
        try
        {
            Console.Error.WriteLine(line);
        }
        catch (Exception e) when (IsFailure(e))
        {
        }
    }

    /// <summary>Says that something failed.</summary>
    /// <returns>The exit code.</returns>
    internal static int Fail(string problem, int code = 1)
    {
        Say($"tcp-agent: error: {problem}");
        return code;
    }

    /// <summary>Whether a write can have failed with it. For the runtime a closed descriptor (EBADF) is a lack of permission.</summary>
    internal static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>
    /// Whether nobody can read what goes to stdout any longer. The runtime does not say so: it lets a write to a pipe without a reader
    /// succeed, and a command that goes on until it is stopped would never end.
    /// </summary>
    internal static bool HasNoReader() => Libc.HasHungUp(Libc.STDOUT_FILENO);

    /// <summary>Writes the answer of a verb. Ctrl-C does not stop it, because it has asked for the answer.</summary>
    /// <returns>The exit code: the first, or the second if the answer could not be written.</returns>
    internal static async Task<int> Write(Stream output, byte[] text, int exit = 0, int failed = 1)
    {
        try
        {
            await output.WriteAsync(text, CancellationToken.None);
            await output.FlushAsync(CancellationToken.None);
            return exit;
        }
        catch (Exception e) when (IsFailure(e))
        {
            return Failed(e, failed);
        }
    }

    /// <summary>
    /// Says so. A reader that closes its pipe, as head(1) does, is no error: the runtime ignores it, so what comes here is a full disk or a
    /// closed descriptor, and a file that was cut must not pass for a whole one.
    /// </summary>
    /// <returns>The exit code.</returns>
    internal static int Failed(Exception e, int code = 1) => Fail($"the output could not be written: {e.Message}", code);
}
