using System.Text;
using Microsoft.Win32.SafeHandles;
using TcpAgent.Kernel;

namespace TcpAgent.History;

/// <summary>Where a whole record is.</summary>
/// <param name="Sequence">Orders the records, whatever the clock did.</param>
/// <param name="Time">Milliseconds since the epoch.</param>
/// <param name="Verdict">0 ok, 1 near, 2 limiting.</param>
readonly record struct Entry(long Sequence, long Time, long Verdict);

/// <summary>
/// A history file as it is read, also while it is written. What is torn or damaged is left out, what is whole is told, in the order
/// in which it was written.
/// </summary>
sealed class HistoryFile(SafeFileHandle handle, Header header) : IDisposable
{
    readonly byte[] _record = new byte[HistoryRecord.Size];

    internal Header Header { get; } = header;

    /// <summary>Places in the file that hold something, but no whole record; known after the index was made.</summary>
    internal int Damaged { get; private set; }

    /// <summary>Null with a problem for people when there is nothing to read. A damaged header is taken for this build's.</summary>
    internal static HistoryFile? TryOpen(string path, out string problem)
    {
        problem = "";

        // Not File.OpenHandle, whose lock the writer's would refuse.
        var fd = Libc.open(Encoding.UTF8.GetBytes($"{path}\0"), Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK);
        if (fd < 0)
        {
            problem = $"{path}: {Libc.Describe(System.Runtime.InteropServices.Marshal.GetLastPInvokeError())}";
            return null;
        }
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            var bytes = new byte[Header.Size];
            var length = RandomAccess.Read(handle, bytes, 0);
            if (Header.TryParse(bytes.AsSpan(0, length)) is { } header)
                return new HistoryFile(handle, header);

            // Without its header a file may still be one of this build's with the usual geometry: each record says so itself.
            var capacity = (int)Math.Clamp((RandomAccess.GetLength(handle) - Header.Size) / HistoryRecord.Size, 1, Header.MostRecords);
            var file = new HistoryFile(handle, new Header(capacity, 1000, Series.Names));
            if (file.Index().Count > 0)
                return file;
            problem = $"{path} is no history file of this version";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            problem = $"{path}: {e.Message}";
        }
        handle.Dispose();
        return null;
    }

    /// <summary>Every whole record, oldest first.</summary>
    internal List<Entry> Index()
    {
        var entries = new List<Entry>();
        Damaged = 0;
        for (var slot = 0; slot < Header.Capacity; slot++)
        {
            var length = Read(slot);
            if (length == 0)
                break;
            if (length == HistoryRecord.Size && HistoryRecord.IsWhole(_record, Header) && HistoryRecord.SequenceOf(_record) % Header.Capacity == slot)
                entries.Add(new Entry(HistoryRecord.SequenceOf(_record), HistoryRecord.TimeOf(_record), HistoryRecord.VerdictOf(_record)));
            else if (length < 0 || _record.AsSpan(0, length).ContainsAnyExcept((byte)0))
                Damaged++;
        }
        entries.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        return entries;
    }

    /// <summary>False when the record was overwritten since the index was made.</summary>
    internal bool TryRead(in Entry entry, HistoryRecord record) =>
        Read(entry.Sequence) == HistoryRecord.Size && record.TryRead(_record, Header) && record.Sequence == entry.Sequence;

    /// <summary>The number of bytes read into the buffer, 0 at the end of the file, -1 where the disk cannot read.</summary>
    int Read(long sequence)
    {
        try
        {
            return RandomAccess.Read(handle, _record, Header.Offset(sequence));
        }
        catch (IOException)
        {
            return -1;
        }
    }

    public void Dispose() => handle.Dispose();
}
