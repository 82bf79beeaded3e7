using System.Globalization;
using Microsoft.Win32.SafeHandles;
using TcpAgent.System;

namespace TcpAgent.History;

/// <summary>
/// The file being written: a header and a ring of records, of fixed size from the start. One writer holds a lock; readers need none,
/// because each record has a checksum. Exceptions of the file system pass through.
/// </summary>
sealed class RingFile : IDisposable
{
    /// <summary>Maximum number of files with another layout that are kept beside this one.</summary>
    internal const int MostSetAside = 2;

    readonly SafeFileHandle _handle;
    readonly HistoryHeader _header;

    RingFile(SafeFileHandle handle, HistoryHeader header) => (_handle, _header) = (handle, header);

    /// <summary>The sequence number of the last record written; 0 before the first.</summary>
    internal long Sequence { get; private set; }

    /// <summary>Continues the file if its layout matches; otherwise sets it aside and creates a new one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">The layout that the file must have.</param>
    /// <param name="now">The time, which names a file that is set aside.</param>
    /// <param name="setAside">The new path of the previous file; null if the file is continued.</param>
    /// <exception cref="IOException">The file cannot be created or written, or is not a history file and is left untouched.</exception>
    internal static RingFile Open(string path, HistoryHeader header, DateTimeOffset now, out string? setAside)
    {
        setAside = null;
        if (File.Exists(path))
        {
            // Takes the lock before it decides anything: another agent may be writing the file.
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            try
            {
                if (!FileStamp.Of(handle).IsSameFile(FileStamp.Of(path)))
                    throw new IOException($"{path} was replaced while it was being opened");
                var found = new byte[HistoryHeader.Size];
                var length = RandomAccess.Read(handle, found, 0);
                if (found.AsSpan().SequenceEqual(header.Bytes))
                    return GoOn(handle, header);
                if (length > 0)
                    SetAside(path, found, now, out setAside);
                else
                    File.Delete(path);
                handle.Dispose();
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
        return new RingFile(Create(path, header), header);
    }

    /// <summary>Why records would be lost if they were written: the path leads elsewhere or nowhere. Null if it does not.</summary>
    internal string? Trouble(string path)
    {
        var (own, there) = (FileStamp.Of(_handle), FileStamp.Of(path));
        return there == default ? "the file was deleted, or its directory was moved"
            : !own.IsSameFile(there) ? "the file was replaced"
            : own.Length < _header.FileSize ? "the file was truncated"
            : null;
    }

    static RingFile GoOn(SafeFileHandle handle, HistoryHeader header)
    {
        if (RandomAccess.GetLength(handle) < header.FileSize)
            RandomAccess.SetLength(handle, header.FileSize);
        return new RingFile(handle, header) { Sequence = NewestOf(handle, header) };
    }

    static long NewestOf(SafeFileHandle handle, HistoryHeader header)
    {
        var file = new HistoryFile(handle, header);
        file.Index();
        return file.Newest;
    }

    static List<RecordPlace> Index(SafeFileHandle handle, HistoryHeader header) => new HistoryFile(handle, header).Index();

    internal List<RecordPlace> Index() => Index(_handle, _header);

    static void SetAside(string path, byte[] found, DateTimeOffset now, out string setAside)
    {
        // A crash leaves zeros in a file that was never flushed. Anything else may be valuable to somebody.
        if (!found.AsSpan().StartsWith(HistoryHeader.Magic) && found.AsSpan().ContainsAnyExcept((byte)0))
            throw new IOException($"{path} is not a history file and is left untouched");
        setAside = $"{path}.old-{Stamp(now)}";
        File.Move(path, setAside, overwrite: true);
        Prune(path, ".old-", MostSetAside);
    }

    /// <summary>
    /// Creates a file with its header, its first records and space for all records, or no file at all. Nothing is visible under the name
    /// before it is complete, and a full disk cannot stop a later record. Of two agents that create one file at the same time one fails.
    /// </summary>
    /// <exception cref="IOException">The file cannot be created, or is there by now.</exception>
    internal static SafeFileHandle Create(string path, HistoryHeader header, Action<SafeFileHandle>? writeFirst = null)
    {
        var unfinished = $"{path}.new";

        // The lock is taken before the file is emptied, so another agent's unfinished file is never touched.
        var handle = File.OpenHandle(unfinished, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.None, header.FileSize);
        try
        {
            RandomAccess.SetLength(handle, header.FileSize);
            RandomAccess.Write(handle, header.Bytes, 0);
            writeFirst?.Invoke(handle);
            RandomAccess.FlushToDisk(handle);
            if (!FileStamp.Of(handle).IsSameFile(FileStamp.Of(unfinished)))
                throw new IOException($"{unfinished} was replaced by another agent");
            Name(unfinished, path);
            return handle;
        }
        catch
        {
            if (FileStamp.Of(handle).IsSameFile(FileStamp.Of(unfinished)))
                File.Delete(unfinished);
            handle.Dispose();
            throw;
        }
    }

    /// <summary>rename(2) would replace a file that another agent has just created; link(2) does not.</summary>
    static void Name(string unfinished, string path)
    {
        if (Libc.link(unfinished, path) == 0)
            File.Delete(unfinished);
        else if (Libc.Errno is Libc.EPERM or Libc.EOPNOTSUPP or Libc.ENOSYS)
            File.Move(unfinished, path, overwrite: false);
        else
            throw new IOException($"{path} cannot be created: {Libc.Describe(Libc.Errno)}");
    }

    /// <summary>Gives the record, or part of a report, the next number and writes it, half a page in one call.</summary>
    internal void Write(Span<byte> record, bool isReport = false)
    {
        HistoryRecord.Seal(record, isReport ? _header.ReportLayout : _header.Layout, Sequence + 1);
        RandomAccess.Write(_handle, record, _header.Offset(Sequence + 1));
        Sequence++;
    }

    /// <summary>Returns false if the ring now has another record there, or a torn one.</summary>
    internal bool TryRead(long sequence, Span<byte> record) =>
        RandomAccess.Read(_handle, record, _header.Offset(sequence)) == HistoryRecord.Size
        && (HistoryRecord.IsWhole(record, _header) || ReportRecord.IsWhole(record, _header))
        && HistoryRecord.SequenceOf(record) == sequence;

    /// <summary>Formats a time for file names, so that names sort by time.</summary>
    internal static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The files beside one, by their suffix, oldest first.</summary>
    internal static string[] Beside(string path, string suffix)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
            return [];
        var files = Directory.GetFiles(folder, $"{Path.GetFileName(path)}{suffix}*Z");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Deletes all but the newest and returns how many remain.</summary>
    internal static int Prune(string path, string suffix, int most)
    {
        var files = Beside(path, suffix);
        for (var i = 0; i < files.Length - most; i++)
            File.Delete(files[i]);
        return Math.Min(files.Length, most);
    }

    public void Dispose() => _handle.Dispose();
}
