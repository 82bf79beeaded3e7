using System.Net.Sockets;
using TcpAgent.System;

namespace TcpAgent.Web;

/// <summary>
/// The Unix socket on which the verbs of local users ask the running agent. Every user may connect: the kernel shows the same counters to
/// every user, so neither TLS nor passwords of the web side play a part here.
/// </summary>
static class QuerySocket
{
    /// <summary>Values of the flag other than a path.</summary>
    internal const string Auto = "auto", None = "none";

    const string Name = "query.sock";

    /// <summary>The place under the packaged unit, in the directory that RuntimeDirectory= makes.</summary>
    internal const string OfService = $"/run/tcp-agent/{Name}";

    /// <summary>The longest path that a socket address holds (unix(7)), less the final NUL.</summary>
    internal const int MaxPath = 107;

    const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Where an agent serves; null where it does not.</summary>
    /// <param name="flag">auto, none or a path.</param>
    internal static string? ToServe(string flag) => flag switch
    {
        None => null,
        Auto => OfRuntimeDirectory ?? OfUser,
        _ => Path.GetFullPath(flag),
    };

    /// <summary>Where a verb looks for an agent, in this order.</summary>
    /// <param name="flag">auto, none or a path.</param>
    internal static IEnumerable<string> ToAsk(string flag)
    {
        if (flag is not (Auto or None))
            yield return Path.GetFullPath(flag);
        if (flag != Auto)
            yield break;
        if (OfRuntimeDirectory is { } own and not OfService)
            yield return own;
        yield return OfService;
        if (OfUser is { } user)
            yield return user;
    }

    /// <summary>The directory that a service manager made for this process.</summary>
    static string? OfRuntimeDirectory => In(Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY")?.Split(':')[0]);

    /// <summary>The directory of a user who is logged in, for an agent started by hand.</summary>
    static string? OfUser =>
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } folder ? In(Path.Combine(folder, "tcp-agent")) : null;

    static string? In(string? folder) =>
        string.IsNullOrEmpty(folder) || !Path.IsPathRooted(folder) || folder.Length + 1 + Name.Length > MaxPath
            ? null
            : Path.Combine(folder, Name);

    /// <summary>
    /// Binds the socket, which is deleted when it is disposed. It replaces the file that a killed agent left behind, but takes nothing
    /// from a process that still listens. Returns null if that fails.
    /// </summary>
    internal static Socket? TryBind(string path, out string problem)
    {
        problem = "";
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (InTheWay(path) is { } obstacle)
                problem = $"{path}: {obstacle}";
            else
            {
                socket.Bind(new UnixDomainSocketEndPoint(path));
                File.SetUnixFileMode(path, Everybody);
                return socket;
            }
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            problem = e is SocketException ? $"{path}: {e.Message}" : e.Message;
        }
        socket.Dispose();
        return null;
    }

    /// <summary>Removes a socket to which nobody listens. Returns what else is there; null for nothing.</summary>
    static string? InTheWay(string path)
    {
        if (Libc.statx(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, out var file) != 0)
            return null;
        if ((file.stx_mode & Libc.S_IFMT) != Libc.S_IFSOCK)
            return "there is a file that is no socket";
        if (IsLive(path))
            return "another process listens there";
        File.Delete(path);
        return null;
    }

    /// <summary>Anything but a refusal may be a process that is merely busy or out of reach.</summary>
    static bool IsLive(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }
}
