using System.Buffers.Binary;
using System.Text;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>
/// The beginning of a history file: magic, version, geometry and the names of the series, little-endian, with a checksum at its
/// end. Two files whose headers are the same bytes hold the same kind of records.
/// </summary>
sealed class HistoryHeader
{
    internal const int Size = 8192;

    /// <summary>The limit up to which a reader believes the header. No file of the agent has this many records.</summary>
    internal const int MostRecords = 1 << 20;

    /// <summary>Version 2 has reports between the records. A reader takes both.</summary>
    const uint Version = 2, FirstVersion = 1;

    const int VersionAt = 8, SizeAt = 12, RecordSizeAt = 16, CapacityAt = 20, IntervalAt = 24, NamesLengthAt = 28, NamesAt = 32;
    const int ChecksumAt = Size - sizeof(uint);

    internal static ReadOnlySpan<byte> Magic => "TCPAHIST"u8;

    /// <param name="capacity">Records in the file.</param>
    /// <param name="interval">Milliseconds from one record to the next.</param>
    /// <param name="names">The names of the series.</param>
    /// <param name="version">The version of the format.</param>
    internal HistoryHeader(int capacity, int interval, string[] names, uint version = Version)
    {
        (Capacity, Interval, Names) = (capacity, interval, names);
        Bytes = new byte[Size];
        var text = Encoding.ASCII.GetBytes(string.Join('\n', names));
        Magic.CopyTo(Bytes);
        Write(VersionAt, version);
        Write(SizeAt, Size);
        Write(RecordSizeAt, HistoryRecord.Size);
        Write(CapacityAt, (uint)capacity);
        Write(IntervalAt, (uint)interval);
        Write(NamesLengthAt, (uint)text.Length);
        text.CopyTo(Bytes.AsSpan(NamesAt, ChecksumAt - NamesAt));
        Write(ChecksumAt, Checksum.Of(Bytes.AsSpan(0, ChecksumAt)));
        Layout = Checksum.Of(text) ^ version;
        _version = version;
    }

    readonly uint _version;

    internal int Capacity { get; }

    internal int Interval { get; }

    internal string[] Names { get; }

    internal byte[] Bytes { get; }

    /// <summary>Each record contains this value, so that a record with other series names does not count as one of this file.</summary>
    internal uint Layout { get; }

    /// <summary>What a part of a report contains instead.</summary>
    internal uint ReportLayout => ~Layout;

    internal long FileSize => Size + ((long)Capacity * HistoryRecord.Size);

    internal long Offset(long sequence) => Size + (sequence % Capacity * HistoryRecord.Size);

    /// <summary>The header of a file of this build for a span; the record interval is a whole number of samples.</summary>
    internal static HistoryHeader For(TimeSpan span, TimeSpan sampleInterval)
    {
        var interval = SamplesPerRecord(sampleInterval) * sampleInterval;
        return new HistoryHeader((int)Math.Max(1, Math.Ceiling(span / interval)), (int)interval.TotalMilliseconds, Series.Names);
    }

    /// <summary>The agent writes a record each second, or with each sample if samples are rarer.</summary>
    internal static int SamplesPerRecord(TimeSpan sampleInterval) =>
        (int)Math.Max(1, Math.Ceiling(TimeSpan.FromSeconds(1) / sampleInterval));

    /// <summary>Whether the other file has the same kind of records, though perhaps another number of them.</summary>
    internal HistoryHeader WithCapacity(int capacity) => new(capacity, Interval, Names, _version);

    /// <summary>Returns null when the bytes are not a header of a version that this build knows.</summary>
    internal static HistoryHeader? TryParse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size || !bytes.StartsWith(Magic) || Read(bytes, ChecksumAt) != Checksum.Of(bytes[..ChecksumAt]))
            return null;
        var (capacity, interval, length) = (Read(bytes, CapacityAt), Read(bytes, IntervalAt), Read(bytes, NamesLengthAt));
        if (Read(bytes, VersionAt) is not (Version or FirstVersion) || Read(bytes, SizeAt) != Size
            || Read(bytes, RecordSizeAt) != HistoryRecord.Size
            || capacity is 0 or > MostRecords || interval is 0 or > int.MaxValue || length > ChecksumAt - NamesAt)
            return null;

        // Names are printed to terminals, which obey control characters.
        foreach (var c in bytes.Slice(NamesAt, (int)length))
            if (c is not ((byte)'\n' or >= (byte)'!' and <= (byte)'~'))
                return null;
        var names = Encoding.ASCII.GetString(bytes.Slice(NamesAt, (int)length)).Split('\n');
        return names.Length <= HistoryRecord.MostSeries
            ? new HistoryHeader((int)capacity, (int)interval, names, Read(bytes, VersionAt))
            : null;
    }

    void Write(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(at), value);

    static uint Read(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
