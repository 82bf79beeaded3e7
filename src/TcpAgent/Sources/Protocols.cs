using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.Sources;

/// <summary>/proc/net/protocols: whether a protocol is under memory pressure right now.</summary>
sealed class Protocols : Source
{
    // net/core/sock.c, proto_seq_printf
    internal static readonly Metric[] Rows =
    [
        Gauge("", "press", "tcpagent_protocol_memory_pressure", "1 while the protocol's sockets together use more memory than the pressure threshold (tcp_mem[1] for TCP), so that the kernel shrinks buffers. Host-wide.", origin: "protocols press"),
    ];

    /// <summary>A kernel registers some twenty protocols; modules add few.</summary>
    const int MaxProtocols = 64;

    readonly ProcFile _file;
    readonly Block _block;
    readonly List<(byte[] Name, byte[] Key)> _keys = [];

    internal Protocols(KernelRoot root)
        : base("protocols", new Block(Rows, "protocol"))
    {
        _file = root.Proc("net/protocols");
        _block = Blocks[0];
    }

    /// <summary>A dear file for one flag; that pressure began shows in tcpagent_tcp_memory_pressures_total at once.</summary>
    internal override Lane Lane => Lane.Slow;

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        var errno = _file.Read(out var text);
        if (errno != 0)
            return ReadStatus.Failed(_file.Path, errno);
        var reader = new ProtocolsReader(text);
        while (_block.Count < MaxProtocols && reader.TryRead(out var name, out var pressure))
            _block.Add(Key(name))[0] = pressure ? 1 : 0;
        Malformed += reader.Result.Dropped;
        return reader.Result.Dropped == 0 ? ReadStatus.Ok : ReadStatus.Malformed(_file.Path, reader.Result.Line);
    }

    byte[] Key(ReadOnlySpan<byte> name)
    {
        foreach (var (known, key) in _keys)
            if (name.SequenceEqual(known))
                return key;
        return MakeKey(name);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    byte[] MakeKey(ReadOnlySpan<byte> name)
    {
        if (_keys.Count >= MaxProtocols)
            _keys.Clear();
        var key = Label.Render("protocol", name);
        _keys.Add((name.ToArray(), key));
        return key;
    }

    internal override void Reopen() => _file.Close();
}
