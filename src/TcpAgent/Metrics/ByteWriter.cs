using System.Buffers;

namespace TcpAgent.Metrics;

/// <summary>Copies bytes and formats numbers into a buffer writer's own memory.</summary>
ref struct ByteWriter(IBufferWriter<byte> output)
{
    /// <summary>The bytes requested at a time, so that the writer is called once for hundreds of samples.</summary>
    const int ChunkSize = 16 * 1024;

    /// <summary>The length of the longest long with a point and a sign.</summary>
    const int MaxNumber = 32;

    Span<byte> _span;
    int _used;

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_span[_used..]);
        _used += bytes.Length;
    }

    internal void Write(byte value)
    {
        Reserve(1);
        _span[_used++] = value;
    }

    /// <summary>
    /// Writes value * factor / 10^decimals exactly, without passing through a double. A product beyond a long is clamped.
    /// </summary>
    internal void WriteNumber(long value, long factor, int decimals)
    {
        Reserve(MaxNumber);
        if (factor != 1)
            value = (long)Int128.Clamp((Int128)value * factor, long.MinValue + 1, long.MaxValue);
        var divisor = decimals switch { 0 => 1, 2 => 100, 3 => 1_000, 6 => 1_000_000, _ => 1_000_000_000 };
        var (whole, fraction) = Math.DivRem(value, divisor);
        if (value < 0 && whole == 0)
            _span[_used++] = (byte)'-';
        whole.TryFormat(_span[_used..], out var written);
        _used += written;
        if (fraction != 0)
            WriteFraction(Math.Abs(fraction), decimals);
    }

    void WriteFraction(long fraction, int decimals)
    {
        for (; fraction % 10 == 0; decimals--)
            fraction /= 10;
        _span[_used++] = (byte)'.';
        for (var i = decimals - 1; i >= 0; i--)
        {
            _span[_used + i] = (byte)('0' + fraction % 10);
            fraction /= 10;
        }
        _used += decimals;
    }

    internal void Complete()
    {
        if (_used > 0)
            output.Advance(_used);
        _span = default;
        _used = 0;
    }

    void Reserve(int length)
    {
        if (length <= _span.Length - _used)
            return;
        Complete();
        _span = output.GetSpan(Math.Max(length, ChunkSize));
    }
}
