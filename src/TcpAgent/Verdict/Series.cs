using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>The numbers of a record, each by a name of its own, in the order in which they stand in it.</summary>
static class Series
{
    /// <summary>The highest state of all resources: 0 ok, 1 near, 2 limiting. First, so that it is found in every file.</summary>
    internal const string Verdict = "verdict";

    internal const string StatePrefix = "tcp.", DropPrefix = "drops.";

    internal const string Used = ".used", Limit = ".limit", Losses = ".losses", State = ".state";

    internal const int FirstState = 1;

    /// <summary>Of each resource four: used, limit, losses, state.</summary>
    internal const int PerResource = 4;

    internal static readonly int FirstResource = FirstState + SocketRows.States.Count;

    internal static readonly int FirstDrop = FirstResource + (PerResource * ResourceCatalog.All.Length);

    internal static readonly string[] Names = Make();

    /// <summary>Whether a series only rises, so that its differences are what matters.</summary>
    internal static bool IsCounter(string name) =>
        name.EndsWith(Losses, StringComparison.Ordinal) || name.StartsWith(DropPrefix, StringComparison.Ordinal);

    static string[] Make()
    {
        var names = new List<string> { Verdict };
        foreach (var state in SocketRows.StateNames)
            names.Add(StatePrefix + state);
        foreach (var resource in ResourceCatalog.All)
            names.AddRange([resource.Name + Used, resource.Name + Limit, resource.Name + Losses, resource.Name + State]);
        foreach (var stage in DropStages.All)
            names.Add(DropPrefix + stage.Stage);
        return [.. names];
    }
}
