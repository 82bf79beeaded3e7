namespace TcpAgent.Resources;

/// <summary>The names of the states in JSON documents and labels.</summary>
static class ResourceStateNames
{
    internal static string Name(this ResourceState state) => state switch
    {
        ResourceState.Ok => "ok",
        ResourceState.Near => "near",
        ResourceState.Limiting => "limiting",
        ResourceState.Unknown => "unknown",
        _ => "absent",
    };
}
