using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// A listener of another network namespace: ":8080 in pod ... (container nginx)". Its limit was read from its queue, because the kernel
/// does not show it from outside.
/// </summary>
/// <param name="place">The namespace.</param>
/// <param name="local">Where it listens; null if its queue was no longer full when it was looked for.</param>
/// <param name="content">What runs in the namespace, if that says more than its name; otherwise empty.</param>
sealed class QueueInstance(OtherNamespace place, Endpoint? local, string content)
    : Instance($"{(local is { } known ? Text(known) : "a listener")} {WhereOf(place, content)}")
{
    internal OtherNamespace Place { get; } = place;

    internal Endpoint? Local { get; } = local;

    /// <summary>"in pod ... (container nginx)".</summary>
    internal string Where { get; } = WhereOf(place, content);

    /// <summary>The port alone where it listens on all addresses, as most do.</summary>
    static string Text(Endpoint local) =>
        local.OnAnyDevice == local.AnyIPv4 || local.OnAnyDevice == local.AnyIPv6 ? $":{local.Port}" : $"{local}";

    static string WhereOf(OtherNamespace place, string content) => $"in {place.Name}{(content.Length > 0 ? $" ({content})" : "")}";
}
