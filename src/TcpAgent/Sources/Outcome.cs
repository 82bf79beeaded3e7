namespace TcpAgent.Sources;

enum Outcome
{
    Ok,

    /// <summary>The source does not exist on this host: no module, no IPv6, an older kernel. Not a failure.</summary>
    Absent,

    /// <summary>The source exists, but only for root or a capability that the agent lacks by default. Not a failure either.</summary>
    Denied,

    /// <summary>Part of it could not be read or parsed; that part is withdrawn, the rest is kept.</summary>
    Partial,

    /// <summary>Nothing could be read; the source's series are withdrawn.</summary>
    Failed,
}
