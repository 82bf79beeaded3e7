namespace TcpAgent.Kernel.Processes;

/// <summary>
/// The name of a Kubernetes container, which no cgroup has. The kubelet mounts a file into each container from the folder
/// .../pods/UID/containers/NAME/ (its termination log), and /proc/PID/mountinfo shows that folder to everybody.
/// </summary>
static class PodVolumes
{
    /// <summary>A DNS label (RFC 1123), which is what Kubernetes demands of the name.</summary>
    const int MaxName = 63;

    /// <param name="text">/proc/PID/mountinfo, from its beginning.</param>
    /// <param name="pod">The UID of the pod.</param>
    /// <param name="name">Letters, digits and dashes.</param>
    internal static bool TryFindContainer(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pod, out ReadOnlySpan<byte> name)
    {
        name = default;
        while (text.IndexOf("/pods/"u8) is >= 0 and var at)
        {
            text = text[(at + "/pods/".Length)..];
            if (!text.StartsWith(pod) || !text[pod.Length..].StartsWith("/containers/"u8))
                continue;
            var rest = text[(pod.Length + "/containers/".Length)..];
            var end = rest.IndexOf((byte)'/');
            if (end is <= 0 or > MaxName || !IsName(rest[..end]))
                continue;
            name = rest[..end];
            return true;
        }
        return false;
    }

    static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (var one in name)
            if (one is not ((>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'-'))
                return false;
        return true;
    }
}
