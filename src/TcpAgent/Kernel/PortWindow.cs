namespace TcpAgent.Kernel;

/// <summary>
/// One of equal parts of all client ports: those of this host, for the connections that it opened, and those of its peers, for the
/// connections that it accepted. Both ends are included; a last below its first means none.
/// </summary>
readonly record struct PortWindow(int FirstLocal, int LastLocal, int FirstRemote, int LastRemote)
{
    internal static PortWindow None { get; } = new(1, 0, 1, 0);

    /// <param name="part">The number of the part, from 0.</param>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="ports">The range of this host's client ports.</param>
    internal static PortWindow Part(int part, int parts, ClientPorts ports)
    {
        // Port 0 is none. A peer's port may be any other: those of a NAT gateway often are.
        var (firstLocal, lastLocal) = Part(ports.First, ports.Last, part, parts);
        var (firstRemote, lastRemote) = Part(1, ushort.MaxValue, part, parts);
        return new PortWindow(firstLocal, lastLocal, firstRemote, lastRemote);
    }

    internal bool Contains(ushort localPort, ushort remotePort, ClientPorts ports) => ports.IsRemote(localPort)
        ? remotePort >= FirstRemote && remotePort <= LastRemote
        : localPort >= FirstLocal && localPort <= LastLocal;

    static (int First, int Last) Part(int first, int last, int part, int parts)
    {
        var length = last - first + 1L;
        return ((int)(first + length * part / parts), (int)(first + length * (part + 1) / parts) - 1);
    }
}
