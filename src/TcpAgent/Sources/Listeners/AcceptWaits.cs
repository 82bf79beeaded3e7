using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Measures how long connections have waited to be accepted: those that no process holds yet (inode 0). It asks for one listener's port at
/// a time, if the queue is not empty, within a share of the walk budget.
/// </summary>
sealed class AcceptWaits : IDisposable
{
    /// <summary>Share of the walk budget.</summary>
    internal const double Share = 0.1;

    const int MaxEndpoints = 1024;

    readonly NetlinkDump _dump;
    readonly CpuBudget _lane;
    readonly byte[] _request = SockDiag.PortRequest(SockDiag.WaitingStates, SockDiag.WithInfo);
    readonly Dictionary<Endpoint, AcceptLook> _looks = [];
    ushort _port;

    internal AcceptWaits(NetlinkDump dump, double walkBudget, TimeProvider time, AgentEvents? events = null)
    {
        _dump = dump;
        _lane = new CpuBudget(walkBudget * Share, Walk, time, events: events);
    }

    /// <summary>True while a scan runs on its own thread.</summary>
    internal bool IsLooking => _lane.IsRunning;

    /// <summary>Collects finished results and starts the next scan, if any queue is not empty.</summary>
    internal void Look(ListenerTable table)
    {
        foreach (var listener in table.Listeners)
            if (listener.Length == 0)
                listener.ForgetWait();
        if (!_lane.Poll(_lane.IsReady && ChoosePort(table)))
            return;
        foreach (var listener in table.Listeners)
            if (listener.Endpoint.Port == _port)
                listener.LookedAt();
        if (_lane.Errno != 0)
            return;
        foreach (var (local, look) in _looks)
            table.For(local)?.Saw(look);
    }

    /// <summary>The next port above the last one that has waiting connections, in rotation.</summary>
    bool ChoosePort(ListenerTable table)
    {
        var (next, lowest) = (int.MaxValue, int.MaxValue);
        foreach (var listener in table.Listeners)
        {
            if (listener.Length == 0)
                continue;
            lowest = Math.Min(lowest, listener.Endpoint.Port);
            if (listener.Endpoint.Port > _port)
                next = Math.Min(next, listener.Endpoint.Port);
        }
        if (lowest == int.MaxValue)
            return false;
        _port = (ushort)(next == int.MaxValue ? lowest : next);
        return true;
    }

    int Walk()
    {
        _looks.Clear();
        SockDiag.SetPorts(_request, _port, _port);
        _dump.Begin(_request);
        while (_dump.TryRead(out var type, out var payload))
        {
            if (!SockDiag.TryRead(type, payload, out var row) || row.Inode != 0 || row.Info.LastDataSent == KernelValue.Absent)
                continue;
            if (_looks.Count >= MaxEndpoints && !_looks.ContainsKey(row.LocalOnDevice))
                continue;
            ref var look = ref CollectionsMarshal.GetValueRefOrAddDefault(_looks, row.LocalOnDevice, out _);
            look = look.With(row.Info.LastDataSent, row.State == TcpState.CloseWait ? row.Info.LastAckReceived : KernelValue.Absent);
        }
        return _dump.Errno;
    }

    public void Dispose()
    {
        _lane.Dispose();
        _dump.Dispose();
    }
}
