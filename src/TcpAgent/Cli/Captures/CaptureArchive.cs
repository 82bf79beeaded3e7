using System.Formats.Tar;
using System.IO.Compression;

namespace TcpAgent.Cli;

/// <summary>
/// An archive of a capture, unpacked into a temporary folder of its own. It comes from elsewhere and may be forged: only regular files with
/// names of a capture or a report are written, below that folder, up to a size, and no link is made or followed.
/// </summary>
sealed class CaptureArchive : IDisposable
{
    /// <summary>Bytes written, and bytes read. A report of sos has some 10,000 files, most of them no part of a capture.</summary>
    const long MostWritten = 512L << 20, MostRead = 8L << 30;

    const int MostEntries = 500_000, MostParts = 24, MostName = 512;

    /// <summary>A folder of these names is taken with all that is in it.</summary>
    static readonly string[] s_folders = ["proc", "sys", "net", "agent", "local"];

    /// <summary>Files beside those folders.</summary>
    static readonly string[] s_files =
        ["uptime", "stat", "meminfo", "settings.txt", "sysctl_-a", Supportconfig.Network, Supportconfig.Settings];

    readonly long _mostWritten;
    long _written;

    CaptureArchive(long mostWritten) => _mostWritten = mostWritten;

    /// <summary>Where the files are, until this is disposed.</summary>
    internal string Folder { get; } = Directory.CreateTempSubdirectory("tcp-agent-from-").FullName;

    /// <summary>Returns null and a problem for people if it is no whole archive, or too large a one.</summary>
    /// <param name="path">The file, named in the problem.</param>
    /// <param name="content">The file, from its beginning.</param>
    /// <param name="isCompressed">Whether gzip has packed it.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="mostWritten">How many bytes may be unpacked.</param>
    internal static CaptureArchive? TryUnpack(
        string path, Stream content, bool isCompressed, out string problem, long mostWritten = MostWritten)
    {
        var archive = new CaptureArchive(mostWritten);
        try
        {
            using var unpacked = isCompressed ? new GZipStream(content, CompressionMode.Decompress, leaveOpen: true) : content;
            problem = archive.Take(unpacked) is { } what ? $"{path} {what}" : "";
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException
            or ArithmeticException or UnauthorizedAccessException or NotSupportedException)
        {
            problem = $"{path} cannot be unpacked: {e.Message}";
        }
        if (problem.Length == 0)
            return archive;
        archive.Dispose();
        return null;
    }

    /// <summary>Returns null, or what is wrong with the archive.</summary>
    string? Take(Stream content)
    {
        using var tar = new TarReader(new BoundedStream(content, MostRead), leaveOpen: true);
        var entries = 0;
        while (tar.GetNextEntry() is { } entry)
        {
            if (++entries > MostEntries)
                return $"has more than {MostEntries} entries";
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || PathOf(entry.Name) is not { } path)
                continue;
            if (entry.Length > _mostWritten - _written)
                return $"holds more than {_mostWritten >> 20} MiB of files";
            _written += entry.Length;
            Write(path, entry);
        }
        return entries == 0 ? "is an empty archive" : null;
    }

    /// <summary>Where to put a file; null for one that is not wanted, or whose name leads out of the folder.</summary>
    string? PathOf(string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (name.Length > MostName || parts.Length is 0 or > MostParts || name.Contains('\0', StringComparison.Ordinal)
            || Array.Exists(parts, static part => part is ".."))
            return null;
        var isWanted = Array.Exists(parts[..^1], static part => Array.IndexOf(s_folders, part) >= 0)
            || Array.IndexOf(s_files, parts[^1]) >= 0;
        return isWanted ? Path.Combine([Folder, .. Array.FindAll(parts, static part => part is not ".")]) : null;
    }

    static void Write(string path, TarEntry entry)
    {
        // An archive that was added to may have a file twice.
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
            entry.DataStream?.CopyTo(file);
        File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
