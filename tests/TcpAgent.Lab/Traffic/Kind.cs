using System.Text.RegularExpressions;

namespace TcpAgent.Lab.Traffic;

/// <summary>What traffic.py can do. Its --help has the same names with a sentence each: SynFlood is syn_flood.</summary>
enum Kind
{
    AcceptSlowly,
    AcceptSome,
    Ask,
    Broadcasts,
    Bulk,
    Burst,
    Bursts,
    CloseFirst,
    Connects,
    ConnectsAndLeaves,
    ConnectsFrom,
    ConnectsWithData,
    DropHalf,
    EchoClose,
    FarClients,
    FastOpen,
    ForeignFrames,
    Fragments,
    Frames,
    FramesOnce,
    Get,
    HalfClosed,
    Held,
    Hold,
    HoldDeferred,
    HoldThread,
    Journal,
    KernelCounters,
    Listen,
    ListenForbidden,
    ListenMptcp,
    Memory,
    Neighbours,
    NoDescriptors,
    OlderTimestamps,
    PortScan,
    Ports,
    PortsBoundFirst,
    Pour,
    Qdiscs,
    ReadSlowly,
    ReusePort,
    ServeSlowly,
    Short,
    ShortBurst,
    ShortUntilFull,
    Sink,
    StrayAnswers,
    SynData,
    SynFlood,
    Talk,
    TcpStates,
    TcpStep,
    TimeWaits,
    UdpBursts,
    UdpFlows,
    UdpFlowsOnce,
    UdpPorts,
    UdpReadInBursts,
    UdpReadSlowly,
    UdpStream,
    UdpUnread,
    UnixDatagrams,
    UnixUnaccepted,
    Unread,
    UntilCounted,
    UntilLimiting,
    Webhook,
}

static partial class KindNames
{
    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex LaterCapital();

    /// <summary>The name on the command line of traffic.py.</summary>
    internal static string Name(this Kind kind) => LaterCapital().Replace(kind.ToString(), "_$0").ToLowerInvariant();
}
