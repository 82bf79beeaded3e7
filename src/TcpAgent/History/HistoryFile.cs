using System.Text;
using Microsoft.Win32.SafeHandles;
using TcpAgent.System;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>
/// Reads a history file, even while it is being written. It skips torn and damaged records and returns whole ones in the order in which
/// they were written.
/// </summary>
sealed class HistoryFile(SafeFileHandle handle, HistoryHeader header) : IDisposable
{
    /// <summary>Maximum number of reports read at once, an hour's.</summary>
    const int MostReports = 64;

    readonly byte[] _record = new byte[HistoryRecord.Size];

    /// <summary>The places of parts of reports.</summary>
    readonly List<RecordPlace> _reports = [];

    internal HistoryHeader Header { get; } = header;

    /// <summary>The number of places that hold data but no whole record; known once the index is built.</summary>
    internal int Damaged { get; private set; }

    /// <summary>
    /// Returns null and a problem for people when there is nothing to read. A damaged header is assumed to be this build's.
    /// </summary>
    internal static HistoryFile? TryOpen(string path, out string problem)
    {
        problem = "";

        // File.OpenHandle would take a lock, which conflicts with the writer's.
        var fd = Libc.open(Encoding.UTF8.GetBytes($"{path}\0"), Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK);
        if (fd < 0)
        {
            problem = $"{path}: {Libc.Describe(Libc.Errno)}";
            return null;
        }
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            var bytes = new byte[HistoryHeader.Size];
            var length = RandomAccess.Read(handle, bytes, 0);
            if (HistoryHeader.TryParse(bytes.AsSpan(0, length)) is { } header)
                return new HistoryFile(handle, header);

            // A file without its header may still be from this build with the usual geometry; each record shows that itself.
            var capacity = (int)Math.Clamp(
                (RandomAccess.GetLength(handle) - HistoryHeader.Size) / HistoryRecord.Size, 1, HistoryHeader.MostRecords);
            var file = new HistoryFile(handle, new HistoryHeader(capacity, 1000, Series.Names));
            if (file.Index().Count > 0)
                return file;
            problem = $"{path} is not a history file of this version";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            problem = $"{path}: {e.Message}";
        }
        handle.Dispose();
        return null;
    }

    /// <summary>The sequence number of the newest record or part of a report; known once the index is built.</summary>
    internal long Newest { get; private set; }

    /// <summary>Every whole record, oldest first.</summary>
    internal List<RecordPlace> Index()
    {
        var entries = new List<RecordPlace>();
        (Damaged, Newest) = (0, 0);
        _reports.Clear();
        for (var slot = 0; slot < Header.Capacity; slot++)
        {
            var length = Read(slot);
            if (length == 0)
                break;
            if (length == HistoryRecord.Size && HistoryRecord.IsWhole(_record, Header)
                && HistoryRecord.SequenceOf(_record) % Header.Capacity == slot)
                entries.Add(
                    new RecordPlace(HistoryRecord.SequenceOf(_record), HistoryRecord.TimeOf(_record), HistoryRecord.VerdictOf(_record)));
            else if (length == HistoryRecord.Size && ReportRecord.IsWhole(_record, Header)
                && HistoryRecord.SequenceOf(_record) % Header.Capacity == slot)
                _reports.Add(new RecordPlace(HistoryRecord.SequenceOf(_record), HistoryRecord.TimeOf(_record), 0));
            else if (length < 0 || _record.AsSpan(0, length).ContainsAnyExcept((byte)0))
                Damaged++;
            else
                slot = Math.Max(slot, SlotOfData(slot + 1) - 1);
        }
        entries.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        _reports.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        Newest = Math.Max(entries is [.., var record] ? record.Sequence : 0, _reports is [.., var part] ? part.Sequence : 0);
        return entries;
    }

    /// <summary>The newest whole reports of a time span, oldest first; known once the index is built.</summary>
    internal List<HistoryReport> Reports(long since, long until)
    {
        var parts = new ReportParts();
        foreach (var entry in _reports)
            if (entry.Time >= since && entry.Time <= until && Read(entry.Sequence) == HistoryRecord.Size
                && ReportRecord.IsWhole(_record, Header) && HistoryRecord.SequenceOf(_record) == entry.Sequence)
                parts.Add(_record);
        var reports = parts.Reports;
        return reports.GetRange(Math.Max(0, reports.Count - MostReports), Math.Min(MostReports, reports.Count));
    }

    /// <summary>Returns false when the record was overwritten after the index was built.</summary>
    internal bool TryRead(in RecordPlace entry, HistoryRecord record) =>
        Read(entry.Sequence) == HistoryRecord.Size && record.TryRead(_record, Header) && record.Sequence == entry.Sequence;

    /// <summary>
    /// The first place from one on that may hold data, so that a file that is mostly holes is not read through. The capacity if there is
    /// none.
    /// </summary>
    int SlotOfData(int slot)
    {
        var data = Libc.lseek(handle, Header.Offset(slot), Libc.SEEK_DATA);
        return data >= 0 ? (int)Math.Min((data - HistoryHeader.Size) / HistoryRecord.Size, Header.Capacity)
            : Libc.Errno == Libc.ENXIO ? Header.Capacity
            : slot;
    }

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
