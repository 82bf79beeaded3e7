namespace TcpAgent.Sources;

enum Outcome
{
    Ok,

    /// <summary>This host has no such thing: no module, no IPv6, an older kernel. Not a failure.</summary>
    Absent,

    /// <summary>It is there, but only for root or a capability that the agent does without by default. Not a failure either.</summary>
    Denied,

    /// <summary>Part of it could not be read or parsed; that part is withdrawn, the rest stands.</summary>
    Partial,

    /// <summary>Nothing could be read; the source's series are withdrawn.</summary>
    Failed,
}
