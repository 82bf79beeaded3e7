using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Cli;

/// <summary>Lines and paragraphs for a person at a shell, in colour where the terminal has it.</summary>
sealed class TerminalText(Terminal terminal)
{
    internal const string Red = "\e[1;31m", Yellow = "\e[33m", Green = "\e[32m", Bold = "\e[1m", Dim = "\e[2m";

    const string Reset = "\e[0m";

    readonly StringBuilder _text = new();

    internal void Line() => _text.Append('\n');

    /// <param name="colour">One of the above, or empty.</param>
    /// <param name="line">What is not printable in it is escaped: a name of the kernel's may hold anything, and a terminal obeys.</param>
    internal void Line(string colour, string line)
    {
        line = Printable.Of(line);
        if (terminal.HasColour && colour.Length > 0)
            _text.Append(colour).Append(line).Append(Reset).Append('\n');
        else
            _text.Append(line).Append('\n');
    }

    /// <summary>Wraps at the terminal's width; further lines stand under the first's text, or further in.</summary>
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
