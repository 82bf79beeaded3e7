using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TcpAgent.Kernel.Nics;
using TcpAgent.System;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// Reads what ethtool -S shows, by ioctl, which any socket takes and which needs no privilege (net/ethtool/ioctl.c, dev_ethtool). The
/// kernel asks the driver for names and for values in two calls, and writes as many as there are at each, whatever room it was given: the
/// memory ends at a page that cannot be written, and an answer of another length is no answer.
/// </summary>
sealed class DriverStatistics : IDriverStatistics
{
    /// <summary>A card with a hundred queues has some thousands.</summary>
    internal const int MaxStatistics = 8192;

    const uint ETHTOOL_GSTRINGS = 0x1b;
    const uint ETHTOOL_GSTATS = 0x1d;
    const uint ETHTOOL_GSSET_INFO = 0x37;
    const int ETH_SS_STATS = 1;
    const int IFNAMSIZ = 16;

    // struct ifreq { char name[16]; void *data; }, then struct ethtool_stats { u32 cmd, count; u64 data[]; }, then struct ethtool_gstrings
    // { u32 cmd, set, count; u8 data[]; }. In the place of the second first struct ethtool_sset_info { u32 cmd, reserved; u64 mask; u32
    // data[]; }.
    const int ValuesAt = 64;
    const int ValuesHeader = 8;
    const int NamesAt = ValuesAt + ValuesHeader + (MaxStatistics * sizeof(ulong));
    const int NamesHeader = 12;
    const int Size = NamesAt + NamesHeader + (MaxStatistics * StatisticNames.Length);

    SafeFileHandle? _socket;
    nint _memory;

    public int Read(ReadOnlySpan<byte> device, out ReadOnlySpan<byte> names, out ReadOnlySpan<byte> values)
    {
        names = values = default;
        if (_socket is null && Open() is not 0 and var failed)
            return failed;
        if (device.Length >= IFNAMSIZ)
            return Libc.ENODEV;
        var memory = Memory;
        memory[..IFNAMSIZ].Clear();
        device.CopyTo(memory);

        MemoryMarshal.Write(memory[(ValuesAt + 8)..], 1UL << ETH_SS_STATS);
        var errno = Call(ETHTOOL_GSSET_INFO, ValuesAt, 0);
        if (errno != 0)
            return errno;
        var count = MemoryMarshal.Read<uint>(memory[(ValuesAt + 16)..]);
        if (MemoryMarshal.Read<ulong>(memory[(ValuesAt + 8)..]) == 0 || count == 0)
            return Libc.EOPNOTSUPP;
        if (count > MaxStatistics)
            return Libc.EFBIG;

        MemoryMarshal.Write(memory[(NamesAt + 8)..], count);
        if ((errno = Call(ETHTOOL_GSTRINGS, NamesAt, ETH_SS_STATS)) != 0 || (errno = Call(ETHTOOL_GSTATS, ValuesAt, count)) != 0)
            return errno;
        if (MemoryMarshal.Read<uint>(memory[(NamesAt + 8)..]) != count || MemoryMarshal.Read<uint>(memory[(ValuesAt + 4)..]) != count)
            return Libc.EAGAIN;
        names = memory.Slice(NamesAt + NamesHeader, (int)count * StatisticNames.Length);
        values = memory.Slice(ValuesAt + ValuesHeader, (int)count * sizeof(ulong));
        return 0;
    }

    unsafe Span<byte> Memory => new((void*)_memory, Size);

    /// <param name="command">The first u32 of the structure.</param>
    /// <param name="at">Its place.</param>
    /// <param name="second">The second u32.</param>
    int Call(uint command, int at, uint second)
    {
        MemoryMarshal.Write(Memory[at..], command);
        MemoryMarshal.Write(Memory[(at + 4)..], second);
        MemoryMarshal.Write(Memory[IFNAMSIZ..], _memory + at);
        return Libc.ioctl(_socket!, Libc.SIOCETHTOOL, _memory) < 0 ? Libc.Errno : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    int Open()
    {
        if (_memory == 0 && (_memory = Libc.MapGuarded(Size)) == 0)
            return Libc.ENOMEM;
        var fd = Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, NetlinkSocket.NETLINK_GENERIC);
        if (fd < 0)
            return Libc.Errno;
        _socket = new SafeFileHandle(fd, ownsHandle: true);
        return 0;
    }

    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public void Dispose()
    {
        Close();
        if (_memory != 0)
            Libc.Unmap(_memory, Size);
        _memory = 0;
    }
}
