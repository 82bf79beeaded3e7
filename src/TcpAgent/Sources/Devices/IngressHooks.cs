using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Packets that tc filters dropped at the clsact or ingress hook of each device. The dump shows a hook as a qdisc, though nothing queues
/// there: its drops come from rules, not from a full queue. A clsact hook counts its egress filters too.
/// </summary>
sealed class IngressHooks(Table table)
{
    internal static readonly Rows Rows = new("device");

    internal static readonly Row Packets = Rows.Hidden("tcpagent_ingress_packets", "Packets that came to the hook.");

    internal static readonly Row Dropped = Rows.Hidden("tcpagent_ingress_dropped", "Packets that a filter dropped at the hook.");

    sealed class Hook(LinkName link)
    {
        internal LinkName Link { get; } = link;

        internal long Bytes { get; set; }

        internal WideCounter PacketCount;
        internal WideCounter DropCount;
    }

    /// <summary>The hooks by device index.</summary>
    readonly Roster<Hook> _hooks = new();

    /// <summary>Called before a dump.</summary>
    internal void Begin() => _hooks.Begin();

    /// <summary>Returns false where there are too many. A hook that the dump shows twice counts once.</summary>
    internal bool Store(in QdiscRow row, LinkName link)
    {
        if (!_hooks.TryVisit(row.Index, out var hook))
            return true;
        if (table.Count >= Devices.MaxJudged)
            return false;
        if (hook is null || !ReferenceEquals(link, hook.Link) || row.Bytes < hook.Bytes)
            hook = Learn(row.Index, link);
        hook.Bytes = row.Bytes;
        var slots = table.Add(link);
        slots[Packets] = row.HasPackets64 || row.Packets == KernelValue.Absent ? row.Packets : hook.PacketCount.Widen((uint)row.Packets);
        slots[Dropped] = hook.DropCount.Widen((uint)row.Drops);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Hook Learn(int index, LinkName link) => _hooks.Remember(index, new Hook(link));

    /// <summary>Called after a complete dump.</summary>
    internal void End() => _hooks.ForgetUnvisited();

    internal void Clear() => _hooks.Clear();
}
