using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>The names of a record's numbers, in record order.</summary>
static class Series
{
    /// <summary>
    /// The highest state of all resources: 0 ok, 1 near, 2 limiting. It comes first, so that every reader finds it in every file.
    /// </summary>
    internal const string Verdict = "verdict";

    internal const string StatePrefix = "tcp.", DropPrefix = "drops.", TrafficPrefix = "traffic.";

    internal const string Used = ".used", Limit = ".limit", Losses = ".losses", State = ".state";

    internal const int FirstState = 1;

    /// <summary>The four series of each resource: used, limit, losses, state.</summary>
    internal const int PerResource = 4;

    internal static readonly int FirstResource = FirstState + SocketRows.States.Count;

    internal static readonly int FirstDrop = FirstResource + (PerResource * ResourceCatalog.All.Length);

    internal static readonly int FirstTraffic = FirstDrop + DropStages.All.Length;

    /// <summary>
    /// The vital signs, which show how busy the host is. All are counters, and the last two are sums over devices.
    /// </summary>
    internal static readonly string[] Traffic =
    [
        "accepted", "opened", "resets", "segments", "retransmitted", "received_bytes", "sent_bytes",
    ];

    internal static readonly string[] Names = Make();

    /// <summary>Whether a series only rises, so that only its differences matter.</summary>
    internal static bool IsCounter(string name) =>
        name.EndsWith(Losses, StringComparison.Ordinal) || name.StartsWith(DropPrefix, StringComparison.Ordinal)
        || name.StartsWith(TrafficPrefix, StringComparison.Ordinal);

    static string[] Make()
    {
        var names = new List<string> { Verdict };
        foreach (var state in SocketRows.StateNames)
            names.Add(StatePrefix + state);
        foreach (var resource in ResourceCatalog.All)
            names.AddRange([resource.Name + Used, resource.Name + Limit, resource.Name + Losses, resource.Name + State]);
        foreach (var stage in DropStages.All)
            names.Add(DropPrefix + stage.Stage);
        foreach (var sign in Traffic)
            names.Add(TrafficPrefix + sign);
        return [.. names];
    }
}
