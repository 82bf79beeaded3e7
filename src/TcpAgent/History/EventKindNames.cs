namespace TcpAgent.History;

/// <summary>The names of the kinds in JSON documents.</summary>
static class EventKindNames
{
    internal static string Name(this EventKind kind) => kind switch
    {
        EventKind.Agent => "agent",
        EventKind.Jump => "jump",
        EventKind.Loss => "loss",
        EventKind.Ok => "ok",
        EventKind.Near => "near",
        EventKind.Limiting => "limiting",
        _ => "unknown",
    };
}
