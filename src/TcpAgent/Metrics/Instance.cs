namespace TcpAgent.Metrics;

/// <summary>
/// One listener, CPU, device, queue or destination. Its identity is the object: a source makes it once and gives the same one at every
/// tick.
/// </summary>
/// <param name="subject">How people name it: "[::]:443", "cpu 3".</param>
/// <param name="labels">Its labels, in the order of the table's.</param>
class Instance(string subject, params (string Name, string Value)[] labels)
{
    /// <summary>The one instance of a plain table.</summary>
    internal static Instance None { get; } = new("");

    internal string Subject { get; } = subject;

    /// <summary>Exported before others where there are too many to export all.</summary>
    internal virtual bool IsNotable => false;

    /// <summary>The label text, rendered once: <c>address="::",port="443"</c>.</summary>
    internal byte[] Labels { get; } = Label.Render(labels);
}
