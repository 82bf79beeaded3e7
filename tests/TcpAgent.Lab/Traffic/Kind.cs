using System.Text.RegularExpressions;

namespace TcpAgent.Lab.Traffic;

/// <summary>What traffic.py can do. Its --help has the same names with a sentence each: SynFlood is syn_flood.</summary>
enum Kind
{
    Ask,
    Broadcasts,
    Bulk,
    Burst,
    Connects,
    EchoClose,
    Fragments,
    Frames,
    FramesOnce,
    Get,
    HalfClosed,
    Held,
    Hold,
    HoldThread,
    Journal,
    KernelCounters,
    Listen,
    Memory,
    Neighbours,
    Ports,
    Qdiscs,
    ReusePort,
    Short,
    ShortBurst,
    Sink,
    SynFlood,
    TcpStates,
    TcpStep,
    TimeWaits,
    UdpFlows,
    UdpFlowsOnce,
    UdpStream,
    UdpUnread,
    Unread,
    UntilLimiting,
    Webhook,
}

static partial class KindNames
{
    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex LaterCapital();

    /// <summary>As the command line of traffic.py has it.</summary>
    internal static string Name(this Kind kind) => LaterCapital().Replace(kind.ToString(), "_$0").ToLowerInvariant();
}
