using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;
using TcpAgent.Metrics;

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
    /// Reads snmp, then what its segments can have moved: netstat, the longest of these files and the one with the losses, and now and then
    /// the sockets. Without a segment it reads these only at every fourth look. False if the process has ended or left the namespace, or
    /// its files cannot be read.
    /// </summary>
    internal bool TryRead(ProcessFolder folder, OtherNamespace place)
    {
        place.Values.CopyTo(_values);
        Malformed = default;
        if (!IsIn(folder, place))
            return false;
        Withdraw(NamespaceRows.Snmp);
        if (folder.Read("net/snmp\0"u8, out var text) == 0)
            Malformed = _tables.Parse(text, _values);
        var isQuiet = IsSame(NamespaceRows.Received, place) && IsSame(NamespaceRows.Sent, place)
            && IsSame(NamespaceRows.Retransmitted, place);
        if ((!isQuiet || place.Looks % 4 == 0) && !ReadNetstat(folder))
            return false;
        if (place.Looks % (isQuiet ? 4 : 2) == 0)
            ReadSockets(folder);
        return folder.NetworkNamespace == place.Inode;
    }

    bool IsSame(Row row, OtherNamespace place) =>
        _values[row.Slot] != KernelValue.Absent && _values[row.Slot] == place.Values[row.Slot];

    void Withdraw(string section)
    {
        foreach (var row in NamespaceRows.Rows)
            if (row.Section == section)
                _values[row.Slot] = KernelValue.Absent;
    }

    bool ReadNetstat(ProcessFolder folder)
    {
        Withdraw(NamespaceRows.Netstat);
        if (folder.Read("net/netstat\0"u8, out var text) != 0)
            return false;
        Malformed = Malformed.With(_tables.Parse(text, _values));
        return true;
    }

    void ReadSockets(ProcessFolder folder)
    {
        Withdraw(NamespaceRows.TimeWait.Section);
        Withdraw(NamespaceRows.Sockets6.Section);
        if (folder.Read("net/sockstat\0"u8, out var text) == 0)
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
        folder.TryOpen(place.Process, ref place.Folder) && folder.NetworkNamespace == place.Inode;

    int IFieldMap.SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field) => NamespaceRows.Rows.Find(section, field)?.Slot ?? -1;
}
