namespace TcpAgent.Resources;

/// <summary>How a resource stands. The first three are the values of tcpagent_resource_state.</summary>
enum ResourceState
{
    Ok,
    Near,
    Limiting,

    /// <summary>Its source fails or is switched off.</summary>
    Unknown,

    /// <summary>This host, kernel or network namespace has no such thing.</summary>
    Absent,
}
