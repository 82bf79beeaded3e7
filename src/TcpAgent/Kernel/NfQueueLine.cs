namespace TcpAgent.Kernel;

/// <summary>
/// One queue of nfnetlink_queue: the packets that wait now, <see cref="KernelValue.Absent"/> where the kernel's count fell below 0, and the
/// two u32 counts of dropped packets.
/// </summary>
readonly record struct NfQueueLine(int Queue, long Waiting, uint QueueDropped, uint UserDropped);
