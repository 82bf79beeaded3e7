namespace TcpAgent.History;

/// <summary>The kinds of events. The last four are new states of a resource.</summary>
enum EventKind
{
    /// <summary>The agent started, or there is a gap.</summary>
    Agent,

    /// <summary>A number left its usual level.</summary>
    Jump,

    /// <summary>Something was lost or dropped.</summary>
    Loss,
    Ok,
    Near,
    Limiting,
    Unknown,
}
