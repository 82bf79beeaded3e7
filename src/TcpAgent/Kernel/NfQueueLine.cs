namespace TcpAgent.Kernel;

/// <summary>One queue of nfnetlink_queue: packets that wait now, and the two u32 counts of those it dropped.</summary>
readonly record struct NfQueueLine(int Queue, uint Waiting, uint QueueDropped, uint UserDropped);
