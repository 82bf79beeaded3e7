namespace TcpAgent.Sources;

/// <summary>One tuple and its local ports, as many as it has sockets.</summary>
readonly record struct HeldPorts(PortTuple Tuple, int Held, int TimeWait)
{
    /// <summary>More ports first; of equals always the same first, so that a table that stands still has one answer.</summary>
    internal bool Precedes(in HeldPorts other) => Held != other.Held ? Held > other.Held : Tuple.CompareTo(other.Tuple) < 0;
}
