namespace TcpAgent.Sources;

/// <summary>What the cgroup in which a socket was created says about who accepts.</summary>
enum OwnerRole
{
    /// <summary>Nothing: the cgroup is not known, has no name, or has no processes any more.</summary>
    Unknown,

    /// <summary>One of its processes has the socket.</summary>
    Holder,

    /// <summary>systemd opened it for a unit (socket activation), which has a cgroup of its own.</summary>
    Activated,

    /// <summary>A port forwarder may have opened it for a container, which has a cgroup of its own.</summary>
    Proxy,
}
