using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>
/// Names the process that holds the socket of a report. A user may see that of his own processes and root that of all; otherwise it stays
/// unknown, and nothing is said.
/// </summary>
static class SocketOwner
{
    /// <summary>Descriptors that are looked at, half a second's work: a host with a million must not delay the answer.</summary>
    const int MostDescriptors = 50_000;

    internal static string? Of(ResourceReport report)
    {
        try
        {
            return report.Subject.Length == 0 ? null : NameHolder(Inodes(report));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return null;
        }
    }

    static HashSet<string> Inodes(ResourceReport report)
    {
        var links = new HashSet<string>();
        var name = report.Resource.Name;
        if (name == ResourceCatalog.AcceptQueueUnix.Name)
            AddUnix(report.Subject, links);
        else if (IPEndPoint.TryParse(report.Subject, out var endpoint))
        {
            if (name == ResourceCatalog.AcceptQueue.Name || name == ResourceCatalog.SynQueue.Name)
                Add("tcp", endpoint, isListener: true, links);
            else if (name == ResourceCatalog.UdpReceive.Name)
                Add("udp", endpoint, isListener: false, links);
        }
        return links;
    }

    /// <summary>Listeners come first in the kernel's list, so that a million connections are not read.</summary>
    static void Add(string protocol, IPEndPoint endpoint, bool isListener, HashSet<string> links)
    {
        const string Listen = "0A";
        const int Local = 1, State = 3, Inode = 9;
        var isFirst = true;
        foreach (var line in File.ReadLines($"/proc/net/{protocol}{(endpoint.Address.GetAddressBytes().Length == 16 ? "6" : "")}"))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (isFirst || fields.Length <= Inode)
            {
                isFirst = false;
                continue;
            }
            if (isListener && fields[State] != Listen)
                break;
            if (Parse(fields[Local]).Equals(endpoint))
                links.Add($"socket:[{fields[Inode]}]");
        }
    }

    /// <summary>The kernel prints an address as numbers of 32 bits in the byte order of the host.</summary>
    static IPEndPoint Parse(string local)
    {
        var colon = local.IndexOf(':', StringComparison.Ordinal);
        var address = new byte[colon / 2];
        for (var i = 0; i < address.Length; i += 4)
        {
            var number = uint.Parse(local.AsSpan(2 * i, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            BinaryPrimitives.WriteUInt32LittleEndian(address.AsSpan(i), number);
        }
        return new IPEndPoint(
            new IPAddress(address), int.Parse(local.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    static void AddUnix(string path, HashSet<string> links)
    {
        const string Accepts = "00010000";
        const int Flags = 3, Inode = 6, Path = 7;
        foreach (var line in File.ReadLines("/proc/net/unix"))
        {
            var fields = line.Split(' ', Path + 1, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > Path && fields[Flags] == Accepts && fields[Path] == path)
                links.Add($"socket:[{fields[Inode]}]");
        }
    }

    /// <summary>"nginx (pid 812 and 4 more)": the eldest, which is the master where workers inherit the socket.</summary>
    static string? NameHolder(HashSet<string> links)
    {
        var (eldest, count, left) = (int.MaxValue, 0, MostDescriptors);
        if (links.Count == 0)
            return null;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                continue;
            var holds = Holds(folder, links, ref left);
            if (left <= 0)
                return null;
            if (holds)
                (eldest, count) = (Math.Min(eldest, pid), count + 1);
        }
        if (count == 0)
            return null;
        foreach (var name in File.ReadLines($"/proc/{eldest}/comm"))
            return $"{name} (pid {eldest}{(count > 1 ? $" and {count - 1} more" : "")})";
        return null;
    }

    static bool Holds(string process, HashSet<string> links, ref int left)
    {
        try
        {
            foreach (var descriptor in Directory.EnumerateFileSystemEntries($"{process}/fd"))
                if (left-- <= 0)
                    return false;
                else if (new FileInfo(descriptor).LinkTarget is { } target && links.Contains(target))
                    return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's, or gone meanwhile.
        }
        return false;
    }
}
