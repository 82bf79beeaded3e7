using System.Text;
using TcpAgent.System;

namespace TcpAgent.Web.Config;

/// <summary>Reads small text files whole.</summary>
static class TextFile
{
    static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns the text, or null and the problem.</summary>
    internal static string? Read(string path, int maxLength, out string problem)
    {
        problem = "";
        try
        {
            var stamp = FileStamp.Of(path);
            if (stamp == default)
                problem = "does not exist, or the agent's user may not search its directory";
            else if (!stamp.IsRegular)
                problem = "is not a regular file";
            if (problem.Length > 0)
                return null;
            using var file = File.OpenHandle(path);
            var bytes = new byte[maxLength + 1];
            var length = 0;
            for (int read; length < bytes.Length && (read = RandomAccess.Read(file, bytes.AsSpan(length), length)) > 0;)
                length += read;
            if (length <= maxLength)
                return s_strict.GetString(bytes.AsSpan(0, length)).TrimStart('\ufeff');
            problem = $"is longer than {maxLength / 1024} KiB";
        }
        catch (DecoderFallbackException)
        {
            problem = "is not UTF-8 text";
        }
        catch (UnauthorizedAccessException)
        {
            problem = "is not readable by the agent's user";
        }
        catch (IOException e)
        {
            problem = $"cannot be read: {e.Message}";
        }
        return null;
    }
}
