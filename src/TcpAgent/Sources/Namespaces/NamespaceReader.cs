using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;

namespace TcpAgent.Sources;

/// <summary>
/// Reads the counters of a network namespace through one of its processes. All of it is of that process, which is asked for its namespace
/// before and after.
/// </summary>
sealed class NamespaceReader : IFieldMap
{
    readonly TableParser _tables;
    readonly SockstatParser _sockstat;
    readonly long[] _values = new long[NamespaceRows.Rows.Count];

    internal NamespaceReader() => (_tables, _sockstat) = (new TableParser(this), new SockstatParser(this));

    /// <summary>The values of the last read, in the order of the rows.</summary>
    internal ReadOnlySpan<long> Values => _values;

    /// <summary>Sections and lines that were not in the kernel's format at the last read.</summary>
    internal ParseResult Malformed { get; private set; }

    /// <summary>
    /// Reads netstat, which shows the losses, and every other time the rest. False if the process has ended or left the namespace, or its
    /// files cannot be read.
    /// </summary>
    internal bool TryRead(ProcessFolder folder, OtherNamespace place)
    {
        var isWhole = place.Looks % 2 == 0;
        place.Values.CopyTo(_values);
        foreach (var row in NamespaceRows.Rows)
            if (isWhole || row.Section == NamespaceRows.Netstat)
                _values[row.Slot] = KernelValue.Absent;
        Malformed = default;
        if (!IsIn(folder, place) || folder.Read("net/netstat\0"u8, out var text) != 0)
            return false;
        Malformed = _tables.Parse(text, _values);
        if (isWhole)
            ReadRest(folder);
        return folder.NetworkNamespace == place.Inode;
    }

    void ReadRest(ProcessFolder folder)
    {
        if (folder.Read("net/snmp\0"u8, out var text) == 0)
            Malformed = Malformed.With(_tables.Parse(text, _values));
        if (folder.Read("net/sockstat\0"u8, out text) == 0)
            Malformed = Malformed.With(_sockstat.Parse(text, _values));

        // Without IPv6 there is no such file.
        if (folder.Read("net/sockstat6\0"u8, out text) == 0)
            Malformed = Malformed.With(_sockstat.Parse(text, _values));
        ref var sockets = ref _values[NamespaceRows.Sockets.Slot];
        if (sockets >= 0 && _values[NamespaceRows.Sockets6.Slot] is > 0 and < int.MaxValue and var more)
            sockets += more;
    }

    /// <summary>Opens the process of a namespace if it still is that one, and there.</summary>
    internal static bool IsIn(ProcessFolder folder, OtherNamespace place) =>
        folder.TryOpen(place.Process, out _) && folder.NetworkNamespace == place.Inode;

    int IFieldMap.SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field) => NamespaceRows.Rows.Find(section, field)?.Slot ?? -1;
}
