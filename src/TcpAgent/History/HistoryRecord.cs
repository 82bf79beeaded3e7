using System.Buffers.Binary;
using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.History;

/// <summary>
/// One record: checksum, layout, sequence, time, flags, the series, and then texts: the fullest listeners, and the subjects of the
/// resources' figures. A reader refills one object of this type for each record.
/// </summary>
sealed class HistoryRecord
{
    /// <summary>A record is half a page, so it never spans two pages of the file.</summary>
    internal const int Size = 2048;

    const int ChecksumAt = 0, LayoutAt = 4, SequenceAt = 8, TimeAt = 16, FlagsAt = 24, CountAt = 28, ValuesAt = 32;

    /// <summary>The rest of the record holds texts.</summary>
    internal const int MostSeries = 160;

    internal const int MostListeners = 4;

    const byte End = 0, ListenerEntry = 1, SubjectEntry = 2, LateListenerEntry = 3;

    const int ListenerNumbers = 3 * sizeof(long);

    const uint FirstFlag = 1;

    readonly List<ListenerFigures> _listeners = [];
    readonly Dictionary<string, string> _subjects = [];
    long[] _values = [];

    internal long Sequence { get; private set; }

    /// <summary>Milliseconds since the epoch.</summary>
    internal long Time { get; private set; }

    /// <summary>True for the first record after the agent's start.</summary>
    internal bool IsFirst { get; private set; }

    internal ReadOnlySpan<long> Values => _values;

    internal IReadOnlyList<ListenerFigures> Listeners => _listeners;

    /// <summary>The listener, CPU, queue or destination that a resource's figures describe; empty where there is only one.</summary>
    internal string SubjectOf(string resource) => _subjects.GetValueOrDefault(resource, "");

    /// <summary>Fills everything except the fields that are known only at writing.</summary>
    internal static void Write(Span<byte> record, long time, bool isFirst, ReadOnlySpan<long> values)
    {
        record.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(record[TimeAt..], time);
        BinaryPrimitives.WriteUInt32LittleEndian(record[FlagsAt..], isFirst ? FirstFlag : 0);
        BinaryPrimitives.WriteInt32LittleEndian(record[CountAt..], values.Length);
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(record[(ValuesAt + (i * sizeof(long)))..], values[i]);
    }

    internal static int TextsAt(int series) => ValuesAt + (series * sizeof(long));

    /// <summary>
    /// Appends a listener by its label text and returns the place of the next text. A text that finds no room is dropped.
    /// </summary>
    internal static int WriteListener(Span<byte> record, int at, ReadOnlySpan<byte> key, long queue, long limit, long synRecv, bool isLate)
    {
        var end = WriteText(record, at, isLate ? LateListenerEntry : ListenerEntry, key, ListenerNumbers);
        if (end == at)
            return at;
        BinaryPrimitives.WriteInt64LittleEndian(record[(end - ListenerNumbers)..], queue);
        BinaryPrimitives.WriteInt64LittleEndian(record[(end - (2 * sizeof(long)))..], limit);
        BinaryPrimitives.WriteInt64LittleEndian(record[(end - sizeof(long))..], synRecv);
        return end;
    }

    /// <summary>Appends a resource and its subject as one label text.</summary>
    internal static int WriteSubject(Span<byte> record, int at, ReadOnlySpan<byte> key) => WriteText(record, at, SubjectEntry, key, 0);

    static int WriteText(Span<byte> record, int at, byte kind, ReadOnlySpan<byte> text, int more)
    {
        var end = at + 2 + text.Length + more;
        if (end > record.Length || text.Length > byte.MaxValue)
            return at;
        (record[at], record[at + 1]) = (kind, (byte)text.Length);
        text.CopyTo(record[(at + 2)..]);
        return end;
    }

    internal static void Seal(Span<byte> record, uint layout, long sequence)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record[LayoutAt..], layout);
        BinaryPrimitives.WriteInt64LittleEndian(record[SequenceAt..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(record, Checksum.Of(record[LayoutAt..]));
    }

    /// <summary>The verdict, which is the first value.</summary>
    internal static long VerdictOf(ReadOnlySpan<byte> record) => ValueOf(record, 0);

    internal static long ValueOf(ReadOnlySpan<byte> record, int series) =>
        BinaryPrimitives.ReadInt64LittleEndian(record[(ValuesAt + (series * sizeof(long)))..]);

    internal static long TimeOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt64LittleEndian(record[TimeAt..]);

    internal static long SequenceOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt64LittleEndian(record[SequenceAt..]);

    /// <summary>True for a whole record of this file: neither torn, unwritten nor from another build.</summary>
    internal static bool IsWhole(ReadOnlySpan<byte> record, HistoryHeader header) =>
        IsSealed(record, header.Layout) && BinaryPrimitives.ReadInt32LittleEndian(record[CountAt..]) == header.Names.Length
        && header.Names.Length <= MostSeries;

    /// <summary>True for a whole record of this layout, a number and a time.</summary>
    internal static bool IsSealed(ReadOnlySpan<byte> record, uint layout) =>
        record.Length == Size && BinaryPrimitives.ReadUInt32LittleEndian(record) == Checksum.Of(record[LayoutAt..])
        && BinaryPrimitives.ReadUInt32LittleEndian(record[LayoutAt..]) == layout && SequenceOf(record) > 0
        && TimeOf(record) is >= 0 and < 253_402_300_800_000;

    /// <summary>Takes over what another reader knows of a record.</summary>
    internal void Fill(long time, long[] values, List<ListenerFigures> listeners)
    {
        (Time, _values) = (time, values);
        _listeners.Clear();
        _listeners.AddRange(listeners);
        _subjects.Clear();
    }

    /// <summary>Copies a record. Returns false when it is not whole.</summary>
    internal bool TryRead(ReadOnlySpan<byte> record, HistoryHeader header)
    {
        if (!IsWhole(record, header))
            return false;
        (Sequence, Time) = (SequenceOf(record), TimeOf(record));
        IsFirst = (BinaryPrimitives.ReadUInt32LittleEndian(record[FlagsAt..]) & FirstFlag) != 0;
        if (_values.Length != header.Names.Length)
            _values = new long[header.Names.Length];
        for (var i = 0; i < _values.Length; i++)
            _values[i] = BinaryPrimitives.ReadInt64LittleEndian(record[(ValuesAt + (i * sizeof(long)))..]);
        _listeners.Clear();
        _subjects.Clear();
        for (var rest = record[TextsAt(_values.Length)..]; TryReadText(ref rest);)
        {
        }
        return true;
    }

    bool TryReadText(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 2 || rest[0] is End or > LateListenerEntry)
            return false;
        var (isListener, isLate, length) = (rest[0] is ListenerEntry or LateListenerEntry, rest[0] == LateListenerEntry, rest[1]);
        var end = 2 + length + (isListener ? ListenerNumbers : 0);
        if (end > rest.Length)
            return false;
        var labels = Encoding.UTF8.GetString(rest.Slice(2, length));
        var numbers = rest[(2 + length)..end];
        if (isListener)
            _listeners.Add(new ListenerFigures(
                Printable.Of(RecordedLabels.SubjectOf(labels)), BinaryPrimitives.ReadInt64LittleEndian(numbers),
                BinaryPrimitives.ReadInt64LittleEndian(numbers[sizeof(long)..]),
                BinaryPrimitives.ReadInt64LittleEndian(numbers[(2 * sizeof(long))..]), isLate));
        else if (RecordedLabels.Values(labels) is var values && values.TryGetValue("resource", out var resource))
            _subjects[resource] = Printable.Of(values.GetValueOrDefault("subject", ""));
        rest = rest[end..];
        return true;
    }

}
