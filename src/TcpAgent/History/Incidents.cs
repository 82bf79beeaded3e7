using TcpAgent.Resources;

namespace TcpAgent.History;

/// <summary>
/// Keeps the minutes around each change of the verdict to limiting, as small files beside the ring in the same format. The agent copies
/// them from the ring once the minutes after have passed, so an agent that was killed before then does it at its next start.
/// </summary>
sealed class Incidents
{
    internal const string Suffix = ".incident-";

    internal const int Most = 8;

    static readonly TimeSpan s_before = TimeSpan.FromMinutes(5), s_after = TimeSpan.FromMinutes(3);

    readonly string _path;
    readonly HistoryHeader _header;
    readonly byte[] _record = new byte[HistoryRecord.Size];
    readonly Queue<(long Sequence, long Time)> _pending = new();
    readonly int _before;
    readonly int _after;
    long _verdict = (long)ResourceState.Limiting;
    long _last;

    internal Incidents(string path, HistoryHeader ring)
    {
        _path = path;
        (_before, _after) = (Records(s_before, ring), Records(s_after, ring));
        _header = ring.WithCapacity(_before + _after + 1);
    }

    static int Records(TimeSpan time, HistoryHeader ring) =>
        Math.Min((int)(time.TotalMilliseconds / ring.Interval), (ring.Capacity - 1) / 2);

    /// <summary>Finds incidents that were not saved because the agent was killed or the disk was full.</summary>
    internal int Resume(RingFile ring)
    {
        var kept = RingFile.Beside(_path, Suffix);
        foreach (var entry in ring.Index())
        {
            if (!Turned(entry.Verdict))
                continue;
            var name = Name(entry.Time);
            if (Array.IndexOf(kept, name) >= 0)
                _last = entry.Sequence;
            else if (kept.Length == 0 || string.CompareOrdinal(name, kept[^1]) > 0)
                Await(entry.Sequence, entry.Time);
        }
        return kept.Length;
    }

    /// <summary>Called after each record written. Returns true when an incident is complete and must be saved now.</summary>
    internal bool Note(ReadOnlySpan<byte> record)
    {
        var sequence = HistoryRecord.SequenceOf(record);
        if (Turned(HistoryRecord.VerdictOf(record)))
            Await(sequence, HistoryRecord.TimeOf(record));
        return _pending.TryPeek(out var next) && sequence >= next.Sequence + _after;
    }

    /// <summary>The first record of a file starts no incident: what is limiting there may have been so before.</summary>
    bool Turned(long verdict)
    {
        var turned = verdict == (long)ResourceState.Limiting && _verdict != (long)ResourceState.Limiting;
        _verdict = verdict;
        return turned;
    }

    /// <summary>A further change to limiting within the minutes after belongs to the same incident.</summary>
    void Await(long sequence, long time)
    {
        if (_last != 0 && sequence <= _last + _after)
            return;
        _pending.Enqueue((sequence, time));
        _last = sequence;
    }

    /// <summary>Copies the oldest pending incident out of the ring and returns the number of saved incidents.</summary>
    /// <exception cref="IOException">The incident cannot be saved.</exception>
    internal int Freeze(RingFile ring)
    {
        var (sequence, time) = _pending.Dequeue();
        RingFile.Create(Name(time), _header, file =>
        {
            for (var i = Math.Max(1, sequence - _before); i <= sequence + _after; i++)
                if (ring.TryRead(i, _record))
                    RandomAccess.Write(file, _record, _header.Offset(i));
        }).Dispose();
        return RingFile.Prune(_path, Suffix, Most);
    }

    string Name(long time) => Path.GetFullPath(_path) + Suffix + RingFile.Stamp(DateTimeOffset.FromUnixTimeMilliseconds(time));
}
