namespace TcpAgent.Resources;

/// <summary>The state of a resource. The first three are the values of tcpagent_resource_state.</summary>
enum ResourceState
{
    Ok,
    Near,
    Limiting,

    /// <summary>A source of the resource is failing or switched off.</summary>
    Unknown,

    /// <summary>This host, kernel or network namespace does not have the resource.</summary>
    Absent,
}
