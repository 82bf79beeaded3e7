using TcpAgent.Kernel.Processes;

namespace TcpAgent.Sources;

/// <summary>
/// The listeners of another network namespace in whose accept queue connections wait. The kernel lists listeners first; the step past the
/// last pays for a walk of the host's connections, milliseconds.
/// </summary>
sealed class ListenerScan
{
    /// <summary>More queues than a namespace ever has; further ones are not read.</summary>
    internal const int MaxQueues = 64;

    /// <summary>Limits the time of a scan.</summary>
    const int MaxLines = 4096;

    readonly StepLines _lines = new();
    readonly ListenLine[] _queues = new ListenLine[MaxQueues];
    int _count;

    /// <summary>The queues of the last scan.</summary>
    internal ReadOnlySpan<ListenLine> Queues => _queues.AsSpan(0, _count);

    /// <summary>False if nothing can be read, or the process is no longer in the namespace.</summary>
    internal bool TryRead(ProcessFolder folder, OtherNamespace place)
    {
        _count = 0;
        var isRead = TryAdd(folder, "net/tcp\0"u8);

        // Without IPv6 there is no tcp6.
        isRead |= TryAdd(folder, "net/tcp6\0"u8);
        return isRead && folder.NetworkNamespace == place.Inode;
    }

    /// <summary>
    /// The only queue that is as long as at an earlier scan: one that is full stays so while its listener is not served, and one that is
    /// served changes. Null if there is none, or if there are several, of which any may be the full one.
    /// </summary>
    internal ListenLine? OnlySameAs(ReadOnlySpan<ListenLine> earlier)
    {
        ListenLine? only = null;
        foreach (ref readonly var queue in Queues)
        {
            if (!earlier.Contains(queue))
                continue;
            if (only is not null)
                return null;
            only = queue;
        }
        return only;
    }

    bool TryAdd(ProcessFolder folder, ReadOnlySpan<byte> name)
    {
        if (_lines.Begin(folder, name) != 0)
            return false;
        for (var number = 0; number < MaxLines && _count < MaxQueues && _lines.TryRead(out var line); number++)
        {
            // The first line names the columns.
            if (number == 0 || !ListenLine.TryParse(line, out var isListener, out var listener))
                continue;
            if (!isListener)
                break;
            if (listener.Waiting > 0)
                _queues[_count++] = listener;
        }
        _lines.End();
        return true;
    }
}
