using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Cli;

/// <summary>Writes lines and paragraphs for a person at a shell, in colour if the terminal supports it.</summary>
sealed class TerminalText(Terminal terminal)
{
    internal const string Red = "\e[1;31m", Yellow = "\e[33m", Green = "\e[32m", Bold = "\e[1m", Dim = "\e[2m";

    const string Reset = "\e[0m";

    readonly StringBuilder _text = new();

    internal void Line() => _text.Append('\n');

    /// <param name="colour">One of the above, or empty.</param>
    /// <param name="line">
    /// The text. Non-printable characters are escaped, because kernel names may contain anything and a terminal obeys control sequences.
    /// </param>
    internal void Line(string colour, string line)
    {
        line = Printable.Of(line);
        if (terminal.HasColour && colour.Length > 0)
            _text.Append(colour).Append(line).Append(Reset).Append('\n');
        else
            _text.Append(line).Append('\n');
    }

    /// <summary>Wraps at the terminal's width. Further lines align with the first line's text or are indented more.</summary>
    internal void Paragraph(string colour, string text, string prefix = "", int indent = 0)
    {
        var line = new StringBuilder(prefix);
        var isEmpty = true;
        foreach (var word in text.Split(' '))
        {
            if (!isEmpty && line.Length + 1 + word.Length > terminal.Width)
            {
                Line(colour, line.ToString());
                line.Clear().Append(' ', prefix.Length + indent);
                isEmpty = true;
            }
            line.Append(isEmpty ? "" : " ").Append(word);
            isEmpty = false;
        }
        Line(colour, line.ToString());
    }

    public override string ToString() => _text.ToString();
}
