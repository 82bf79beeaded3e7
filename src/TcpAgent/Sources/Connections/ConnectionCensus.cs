using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>The result of one look. Refilled by the next, in constant memory.</summary>
sealed class ConnectionCensus
{
    /// <summary>The connections of the window that the look before asked for first.</summary>
    internal List<ConnectionSample> Samples { get; } = [];

    /// <summary>How many parts the ports were divided into: each sample stands for so many connections.</summary>
    internal int Parts { get; set; } = 1;

    /// <summary>Connections of that window, whether they were there at the look before or not.</summary>
    internal int Seen { get; set; }

    /// <summary>Whether the look compared a window with the look before; the first cannot.</summary>
    internal bool HasCompared { get; set; }

    /// <summary>True if the window had so many connections that the look was ended and nothing is known of it.</summary>
    internal bool IsTooMany { get; set; }

    internal ParseResult Malformed { get; set; }

    internal void Clear()
    {
        Samples.Clear();
        (Parts, Seen, HasCompared, IsTooMany, Malformed) = (1, 0, false, false, default);
    }
}
