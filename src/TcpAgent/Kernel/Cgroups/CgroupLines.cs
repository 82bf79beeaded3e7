namespace TcpAgent.Kernel.Cgroups;

/// <summary>
/// /proc/PID/cgroup: a line "ID:CONTROLLERS:PATH" for each hierarchy, of which version 2 has the id 0 and no controllers
/// (kernel/cgroup/cgroup.c, proc_cgroup_show).
/// </summary>
static class CgroupLines
{
    /// <summary>The path in version 2; false where there is none, and for a cgroup that was removed while the process still ends.</summary>
    internal static bool TryFindUnified(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> path) => TryFind(text, default, out path);

    /// <summary>The path in the hierarchy of a controller of version 1, or of "name=systemd".</summary>
    internal static bool TryFind(ReadOnlySpan<byte> text, ReadOnlySpan<byte> controller, out ReadOnlySpan<byte> path)
    {
        var cursor = new Cursor(text);
        while (cursor.TryReadLine(out var line))
        {
            var rest = line.Rest;
            var first = rest.IndexOf((byte)':');
            if (first <= 0)
                continue;
            var controllers = rest[(first + 1)..];
            var second = controllers.IndexOf((byte)':');
            if (second < 0)
                continue;
            path = controllers[(second + 1)..];
            controllers = controllers[..second];
            if (Has(controllers, controller) && !path.IsEmpty && path[0] == '/')
                return !path.EndsWith(" (deleted)"u8);
        }
        path = default;
        return false;
    }

    static bool Has(ReadOnlySpan<byte> controllers, ReadOnlySpan<byte> wanted)
    {
        while (true)
        {
            var comma = controllers.IndexOf((byte)',');
            if ((comma < 0 ? controllers : controllers[..comma]).SequenceEqual(wanted))
                return true;
            if (comma < 0)
                return false;
            controllers = controllers[(comma + 1)..];
        }
    }
}
