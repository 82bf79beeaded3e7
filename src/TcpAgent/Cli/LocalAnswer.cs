using System.Globalization;
using System.Text;

namespace TcpAgent.Cli;

/// <summary>What an agent answered.</summary>
/// <param name="Status">The HTTP status; 0 if the answer was empty or not HTTP.</param>
/// <param name="Body">The answer after its header; all of it if it was not HTTP.</param>
readonly record struct LocalAnswer(int Status, byte[] Body)
{
    internal string Text => Encoding.UTF8.GetString(Body).TrimEnd();

    internal static LocalAnswer Parse(ReadOnlySpan<byte> answer)
    {
        const string Version = "HTTP/1.1 ";
        var header = answer.IndexOf("\r\n\r\n"u8);
        if (header < 0 || !answer.StartsWith("HTTP/1.1 "u8))
            return new LocalAnswer(0, answer.ToArray());
        var line = answer[Version.Length..answer.IndexOf("\r\n"u8)];
        var isNumber = int.TryParse(
            line[..Math.Min(3, line.Length)], NumberStyles.None, CultureInfo.InvariantCulture, out var status);
        return new LocalAnswer(isNumber ? status : 0, answer[(header + 4)..].ToArray());
    }
}
