namespace TcpAgent.Sources;

/// <summary>One tuple and the number of its local ports, which is the number of its sockets.</summary>
/// <param name="Tuple">Source address and destination.</param>
/// <param name="Held">Sockets in any state.</param>
/// <param name="TimeWait">Sockets in TIME_WAIT.</param>
/// <param name="Fresh">Sockets in TIME_WAIT whose port connect() may not reuse yet, whatever the sysctls.</param>
/// <param name="FirstLeft">Milliseconds until the first TIME_WAIT ends; 0 if unknown.</param>
readonly record struct HeldPorts(PortTuple Tuple, int Held, int TimeWait, int Fresh = 0, int FirstLeft = 0)
{
    /// <summary>Orders by ports, then by a fixed order, so that an unchanged table gives the same answer.</summary>
    internal bool Precedes(in HeldPorts other) => Held != other.Held ? Held > other.Held : Tuple.CompareTo(other.Tuple) < 0;
}
