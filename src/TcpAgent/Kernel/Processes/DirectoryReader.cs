using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Processes;

/// <summary>
/// Walks the entries that getdents64(2) returned: struct linux_dirent64 of include/linux/dirent.h, which is d_ino, d_off, d_reclen, d_type
/// and the name with its NUL byte. It checks every length before use.
/// </summary>
ref struct DirectoryReader(ReadOnlySpan<byte> entries)
{
    const int Length = 16, Type = 18, Name = 19;
    const byte DT_DIR = 4;

    ReadOnlySpan<byte> _rest = entries;

    /// <summary>Whether the entry that was read last is a directory; false where the file system does not say.</summary>
    internal bool IsDirectory { get; private set; }

    /// <summary>Bytes that are not read yet.</summary>
    internal readonly int Left => _rest.Length;

    /// <param name="name">Without the NUL byte.</param>
    /// <param name="inode">The number of the file that the entry leads to.</param>
    internal bool TryRead(out ReadOnlySpan<byte> name, out ulong inode)
    {
        name = default;
        inode = 0;
        if (_rest.Length <= Name)
            return false;
        var length = MemoryMarshal.Read<ushort>(_rest[Length..]);
        if (length <= Name || length > _rest.Length)
            return false;
        inode = MemoryMarshal.Read<ulong>(_rest);
        IsDirectory = _rest[Type] == DT_DIR;
        name = _rest[Name..length];
        var end = name.IndexOf((byte)0);
        name = end < 0 ? name : name[..end];
        _rest = _rest[length..];
        return true;
    }
}
