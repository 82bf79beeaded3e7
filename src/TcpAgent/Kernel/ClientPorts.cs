namespace TcpAgent.Kernel;

/// <summary>
/// Tells which end of a connection has the client's port: the remote end of a connection that this host accepted, the local end of one that
/// it opened. A local port is a client's if connect() chooses from it and no listener has it.
/// </summary>
sealed class ClientPorts
{
    /// <summary>
    /// Most listening ports within the range of client ports that the list holds. Connections of the others count as opened by this host.
    /// </summary>
    internal const int MaxListening = 32;

    readonly ushort[] _listening = new ushort[MaxListening];
    int _count;

    /// <summary>The first port that connect() chooses from (ip_local_port_range).</summary>
    internal ushort First { get; private set; }

    internal ushort Last { get; private set; }

    /// <summary>Listening ports within the range.</summary>
    internal ReadOnlySpan<ushort> Listening => _listening.AsSpan(0, _count);

    internal void Begin(ushort first, ushort last) => (First, Last, _count) = (first, last, 0);

    internal void AddListening(ushort port)
    {
        if (port >= First && port <= Last && _count < MaxListening && !Listening.Contains(port))
            _listening[_count++] = port;
    }

    internal bool IsRemote(ushort localPort) => localPort < First || localPort > Last || Listening.Contains(localPort);
}
