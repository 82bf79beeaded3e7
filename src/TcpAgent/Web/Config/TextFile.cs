using System.Text;
using Microsoft.Win32.SafeHandles;
using TcpAgent.System;

namespace TcpAgent.Web.Config;

/// <summary>Reads small text files whole.</summary>
static class TextFile
{
    static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns the text, or null and the problem.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxLength">Maximum length in bytes.</param>
    /// <param name="stamp">The stamp of the very file that was read, from before it was read.</param>
    /// <param name="problem">Why there is no text; otherwise empty.</param>
    internal static string? Read(string path, int maxLength, out FileStamp stamp, out string problem)
    {
        problem = "";
        stamp = FileStamp.Of(path);
        if (stamp == default)
            problem = "does not exist, or the agent's user may not search its directory";
        else if (!stamp.IsRegular)
            problem = "is not a regular file";
        if (problem.Length > 0)
            return null;
        try
        {
            // It may have been replaced by a pipe since then, which would block its reader.
            using var file = Open(path);
            stamp = FileStamp.Of(file);
            if (!stamp.IsRegular)
            {
                problem = "is not a regular file";
                return null;
            }
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

    static SafeFileHandle Open(string path)
    {
        var fd = Libc.open(Encoding.UTF8.GetBytes($"{path}\0"), Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true)
            : Libc.Errno is Libc.EACCES or Libc.EPERM ? throw new UnauthorizedAccessException()
            : throw new IOException(Libc.Describe(Libc.Errno));
    }
}
