using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;

namespace TcpAgent.History;

/// <summary>
/// A part of a compressed report, in the place of a record: checksum, layout, sequence, time, part, number of parts, length, bytes. A file
/// of version 1 has none. Its layout differs from that of a record, so neither is ever taken for the other.
/// </summary>
static class ReportRecord
{
    const int TimeAt = 16, PartAt = 24, PartsAt = 26, LengthAt = 28, BytesAt = 32;

    const int Room = HistoryRecord.Size - BytesAt;

    /// <summary>Maximum number of parts, and of bytes when unpacked: a file from elsewhere may be forged.</summary>
    internal const int MostParts = 16, MostBytes = 256 * 1024;

    internal static byte[] Pack(ReadOnlySpan<byte> json)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(json);
        return packed.ToArray();
    }

    internal static int PartsOf(byte[] packed) => (packed.Length + Room - 1) / Room;

    /// <summary>Fills everything except the fields that are known only at writing.</summary>
    internal static void Write(Span<byte> record, long time, byte[] packed, int part)
    {
        record.Clear();
        var bytes = packed.AsSpan(part * Room, Math.Min(Room, packed.Length - (part * Room)));
        BinaryPrimitives.WriteInt64LittleEndian(record[TimeAt..], time);
        BinaryPrimitives.WriteUInt16LittleEndian(record[PartAt..], (ushort)part);
        BinaryPrimitives.WriteUInt16LittleEndian(record[PartsAt..], (ushort)PartsOf(packed));
        BinaryPrimitives.WriteInt32LittleEndian(record[LengthAt..], bytes.Length);
        bytes.CopyTo(record[BytesAt..]);
    }

    internal static bool IsWhole(ReadOnlySpan<byte> record, HistoryHeader header) =>
        HistoryRecord.IsSealed(record, header.ReportLayout)
        && BinaryPrimitives.ReadUInt16LittleEndian(record[PartsAt..]) is > 0 and <= MostParts
        && PartOf(record) < PartsOf(record) && BinaryPrimitives.ReadInt32LittleEndian(record[LengthAt..]) is > 0 and <= Room;

    internal static int PartOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt16LittleEndian(record[PartAt..]);

    internal static int PartsOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt16LittleEndian(record[PartsAt..]);

    internal static ReadOnlySpan<byte> BytesOf(ReadOnlySpan<byte> record) =>
        record.Slice(BytesAt, BinaryPrimitives.ReadInt32LittleEndian(record[LengthAt..]));

    /// <summary>Returns null unless it is a JSON object of moderate size.</summary>
    /// <param name="packed">All parts.</param>
    /// <param name="scratch">Room for the largest report.</param>
    internal static byte[]? Unpack(Stream packed, byte[] scratch)
    {
        try
        {
            using var deflate = new DeflateStream(packed, CompressionMode.Decompress, leaveOpen: true);
            var json = scratch.AsMemory(0, deflate.ReadAtLeast(scratch, scratch.Length, throwOnEndOfStream: false));
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? json.ToArray() : null;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            return null;
        }
    }
}
