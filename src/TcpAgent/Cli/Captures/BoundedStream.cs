namespace TcpAgent.Cli;

/// <summary>Reads another stream up to a number of bytes: a small file may unpack to any size.</summary>
sealed class BoundedStream : Stream
{
    readonly Stream _inner;
    readonly long _most;
    long _read;

    /// <param name="inner">Where the bytes come from; it stays open.</param>
    /// <param name="most">How many there may be.</param>
    internal BoundedStream(Stream inner, long most) => (_inner, _most) = (inner, most);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">There are more bytes than that.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var length = _inner.Read(buffer, offset, count);
        _read += length;
        return _read <= _most ? length : throw new InvalidDataException($"it holds more than {_most >> 20} MiB");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
