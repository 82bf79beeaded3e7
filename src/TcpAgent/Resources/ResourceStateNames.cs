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

    /// <summary>The state of a name; unknown for any other text, which a newer agent may use.</summary>
    internal static ResourceState Parse(string? name)
    {
        foreach (var state in (ResourceState[])[ResourceState.Ok, ResourceState.Near, ResourceState.Limiting, ResourceState.Absent])
            if (state.Name() == name)
                return state;
        return ResourceState.Unknown;
    }
}
