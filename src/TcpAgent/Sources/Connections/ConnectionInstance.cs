using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The connections of a listener or to a destination.</summary>
/// <param name="isIncoming">Whether this host accepted them.</param>
/// <param name="of">The listener or destination; null for all the others.</param>
sealed class ConnectionInstance(bool isIncoming, EndpointInstance? of) : Instance(of?.Subject ?? Others, LabelsOf(isIncoming, of))
{
    /// <summary>The subject of all that have no group of their own.</summary>
    internal const string Others = "others";

    internal bool IsIncoming { get; } = isIncoming;

    /// <summary>The listener or destination; null for all the others.</summary>
    internal EndpointInstance? Of { get; } = of;

    static (string, string)[] LabelsOf(bool isIncoming, EndpointInstance? of) =>
    [
        ("direction", isIncoming ? "incoming" : "outgoing"),
        .. of is null ? [("address", Others), ("port", "")] : EndpointInstance.LabelsOf(of.Endpoint, of.Device),
    ];
}
