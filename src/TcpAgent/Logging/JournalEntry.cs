using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace TcpAgent.Logging;

/// <summary>One entry in the native journal protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL), in a reused buffer.</summary>
sealed class JournalEntry
{
    const int InitialBytes = 4096;
    const int MaxKeptBytes = 64 * 1024;
    const int MaxKeyChars = 64;
    const string Prefix = "TCPAGENT_";

    ArrayBufferWriter<byte> _buffer = new(InitialBytes);

    internal ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

    internal void Clear()
    {
        // One huge entry must not keep its memory for the life of the process.
        if (_buffer.Capacity > MaxKeptBytes)
            _buffer = new ArrayBufferWriter<byte>(InitialBytes);
        else
            _buffer.ResetWrittenCount();
    }

    /// <summary>The key must be valid: a literal, or from <see cref="KeyOf"/>.</summary>
    internal void Add(string key, string value)
    {
        Encoding.ASCII.GetBytes(key, _buffer);
        if (value.Contains('\n'))
        {
            _buffer.Write("\n"u8);
            BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(sizeof(ulong)), (ulong)Encoding.UTF8.GetByteCount(value));
            _buffer.Advance(sizeof(ulong));
        }
        else
        {
            _buffer.Write("="u8);
        }

        Encoding.UTF8.GetBytes(value, _buffer);
        _buffer.Write("\n"u8);
    }

    /// <summary>journald silently drops fields whose key has characters other than A-Z 0-9 _ or is longer than 64.</summary>
    internal static string KeyOf(string property)
    {
        var key = Prefix + SnakeCase.Of(property).ToUpperInvariant();
        return key.Length <= MaxKeyChars ? key : key[..MaxKeyChars];
    }
}
