namespace TcpAgent.Kernel.Log;

/// <summary>The kernel's log, one record at a time. Another implementation stands for it in tests.</summary>
interface IKernelLog : IDisposable
{
    /// <summary>Opens the log behind its last record. Returns 0 or the errno.</summary>
    int Open();

    /// <summary>
    /// Reads the next record. Returns 0 or the errno: EAGAIN after the last record, EPIPE once where the next one was overwritten before it
    /// was read, EINVAL for one that is longer than the buffer and is skipped.
    /// </summary>
    int Read(Span<byte> buffer, out int length);
}
