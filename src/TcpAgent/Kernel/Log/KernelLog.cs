using TcpAgent.System;

namespace TcpAgent.Kernel.Log;

/// <summary>
/// The device /dev/kmsg (kernel/printk/printk.c, devkmsg_read). Where kernel.dmesg_restrict is 1, the kernel checks CAP_SYSLOG when it is
/// opened, and not again.
/// </summary>
sealed class KernelLog : IKernelLog
{
    internal const string Path = "/dev/kmsg";

    int _fd = -1;

    public int Open()
    {
        const int SEEK_END = 2;
        _fd = Libc.open("/dev/kmsg\0"u8, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (_fd >= 0 && Libc.lseek(_fd, 0, SEEK_END) >= 0)
            return 0;
        var errno = Libc.Errno;
        Dispose();
        return errno;
    }

    public int Read(Span<byte> buffer, out int length)
    {
        // The device keeps its own place and ignores the offset.
        var n = Libc.pread(_fd, buffer, (nuint)buffer.Length, 0);
        length = (int)Math.Max(n, 0);
        return n < 0 ? Libc.Errno : 0;
    }

    public void Dispose()
    {
        if (_fd >= 0)
            _ = Libc.close(_fd);
        _fd = -1;
    }
}
