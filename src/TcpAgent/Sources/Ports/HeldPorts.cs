namespace TcpAgent.Sources;

/// <summary>One tuple and its local ports, as many as it has sockets.</summary>
/// <param name="Tuple">Source address and destination.</param>
/// <param name="Held">Its sockets in any state.</param>
/// <param name="TimeWait">Of these the ones in TIME_WAIT.</param>
/// <param name="Fresh">Of those the ones that connect() may not take again yet, whatever the settings.</param>
/// <param name="FirstLeft">Milliseconds until the first of those in TIME_WAIT ends, 0 where that is not known.</param>
readonly record struct HeldPorts(PortTuple Tuple, int Held, int TimeWait, int Fresh = 0, int FirstLeft = 0)
{
    /// <summary>More ports first; of equals always the same first, so that a table that stands still has one answer.</summary>
    internal bool Precedes(in HeldPorts other) => Held != other.Held ? Held > other.Held : Tuple.CompareTo(other.Tuple) < 0;
}
