namespace TcpAgent.Kernel.Netlink;

/// <summary>Socket states as the kernel numbers them (include/net/tcp_states.h).</summary>
enum TcpState : byte
{
    Established = 1,
    SynSent,
    SynRecv,
    FinWait1,
    FinWait2,
    TimeWait,
    Close,
    CloseWait,
    LastAck,
    Listen,
    Closing,
}
