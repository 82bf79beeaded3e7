namespace TcpAgent.Metrics;

/// <summary>
/// One listener, CPU, device, queue or destination. Its identity is the object: a source creates it once and uses the same one at every
/// tick.
/// </summary>
/// <param name="subject">The name for people: "[::]:443", "cpu 3".</param>
/// <param name="labels">The labels, in the order of the table's label names.</param>
class Instance(string subject, params (string Name, string Value)[] labels)
{
    /// <summary>The one instance of a plain table.</summary>
    internal static Instance None { get; } = new("");

    internal string Subject { get; } = subject;

    /// <summary>Whether it is exported before others where there are too many to export all.</summary>
    internal virtual bool IsNotable => false;

    /// <summary>The label text, rendered once: <c>address="::",port="443"</c>.</summary>
    internal byte[] Labels { get; } = Label.Render(labels);
}
