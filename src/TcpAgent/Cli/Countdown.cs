namespace TcpAgent.Cli;

/// <summary>
/// Shows on a terminal's stderr how long a watch still takes. It is for a person who waits, so elsewhere it writes nothing.
/// </summary>
sealed class Countdown(TextWriter error, bool isTerminal)
{
    const string Erase = "\r\e[K";

    long _shown = -1;

    internal static Countdown OnTerminal() => new(Console.Error, !Console.IsErrorRedirected && Terminal.HasCursor);

    internal void Show(TimeSpan left)
    {
        var seconds = (long)Math.Ceiling(left.TotalSeconds);
        if (!isTerminal || seconds == _shown)
            return;
        _shown = seconds;
        Write($"{Erase}watching, {seconds} s left; Ctrl-C answers now");
    }

    internal void Clear()
    {
        if (!isTerminal || _shown < 0)
            return;
        Write(Erase);
    }

    /// <summary>A terminal that was closed meanwhile changes nothing about the answer.</summary>
    void Write(string text)
    {
        try
        {
            error.Write(text);
            error.Flush();
        }
        catch (Exception e) when (Output.IsFailure(e))
        {
        }
    }
}
