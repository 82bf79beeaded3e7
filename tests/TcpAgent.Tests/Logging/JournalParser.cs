using System.Buffers.Binary;
using System.Text;

namespace TcpAgent.Tests.Logging;

/// <summary>Reads an entry of the native protocol the way journald does, and refuses what journald would drop.</summary>
static class JournalParser
{
    internal static List<(string Key, string Value)> Parse(ReadOnlySpan<byte> entry)
    {
        var fields = new List<(string, string)>();
        while (!entry.IsEmpty)
        {
            var end = entry.IndexOf((byte)'\n');
            Assert.True(end >= 0, "the last field does not end");
            var line = entry[..end];
            entry = entry[(end + 1)..];
            var equals = line.IndexOf((byte)'=');
            if (equals >= 0)
            {
                fields.Add((Key(line[..equals]), Encoding.UTF8.GetString(line[(equals + 1)..])));
                continue;
            }

            var length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(entry));
            var value = Encoding.UTF8.GetString(entry.Slice(8, length));
            Assert.Equal((byte)'\n', entry[8 + length]);
            fields.Add((Key(line), value));
            entry = entry[(8 + length + 1)..];
        }

        return fields;
    }

    static string Key(ReadOnlySpan<byte> bytes)
    {
        var key = Encoding.ASCII.GetString(bytes);
        Assert.Matches("^[A-Z][A-Z0-9_]{0,63}$", key);
        return key;
    }
}
