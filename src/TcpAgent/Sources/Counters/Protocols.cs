using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>/proc/net/protocols: whether a protocol is under memory pressure right now.</summary>
sealed class Protocols : Source
{
    // net/core/sock.c, proto_seq_printf
    internal static readonly Rows Rows = new("protocol");

    internal static readonly Row MemoryPressure = Rows.Gauge(
        "tcpagent_protocol_memory_pressure", "1 while the protocol's sockets together use more memory than the pressure threshold (tcp_mem[1] for TCP), so that the kernel shrinks buffers. Host-wide; protocols without a pressure state are not exported.", from: "protocols press", field: "press");

    /// <summary>A kernel registers some twenty protocols; modules add few.</summary>
    const int MaxProtocols = 64;

    sealed class Protocol(byte[] name) : Instance($"protocol {Label.Text(name)}", ("protocol", Label.Text(name)))
    {
        internal byte[] Name { get; } = name;

        internal long SeenIn { get; set; }
    }

    readonly ProcFile _file;
    readonly Table _table;
    readonly List<Protocol> _protocols = [];

    /// <summary>Counts the reads.</summary>
    long _reads;

    internal Protocols(KernelRoot root)
        : base("protocols", Rows)
    {
        _file = root.Proc("net/protocols");
        _table = this[Rows];
    }

    /// <summary>
    /// The file is expensive to read for one flag. tcpagent_tcp_memory_pressures_total shows the start of pressure at once.
    /// </summary>
    internal override bool IsSlow => true;

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        var errno = _file.Read(out var text);
        if (errno != 0)
            return ReadStatus.Failed(_file.Path, errno);
        _reads++;
        var reader = new ProtocolsReader(text);
        while (_table.Count < MaxProtocols && reader.TryRead(out var name, out var pressure))
            Store(Find(name), pressure);
        return Account(_file.Path, reader.Result);
    }

    /// <summary>
    /// A file that is read in pieces while a module is loaded may show a protocol twice, which would give two series of one name.
    /// </summary>
    void Store(Protocol protocol, bool pressure)
    {
        if (protocol.SeenIn == _reads)
            return;
        protocol.SeenIn = _reads;
        _table.Add(protocol)[MemoryPressure] = pressure ? 1 : 0;
    }

    Protocol Find(ReadOnlySpan<byte> name)
    {
        foreach (var protocol in _protocols)
            if (name.SequenceEqual(protocol.Name))
                return protocol;
        return Learn(name);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Protocol Learn(ReadOnlySpan<byte> name)
    {
        // Protocols of unloaded modules make room; a single read never has this many.
        if (_protocols.Count >= MaxProtocols)
            _protocols.RemoveAll(protocol => protocol.SeenIn != _reads);
        _protocols.Add(new Protocol(name.ToArray()));
        return _protocols[^1];
    }

    internal override void Reopen() => _file.Close();
}
