using TcpAgent.Kernel;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>
/// Reads records in order and lists the events: states that jumped, losses, changes of the verdict, gaps. It finds series by name, so it
/// reads files of other builds too.
/// </summary>
sealed class Timeline
{
    /// <summary>One resource's places among the series; -1 where the file has none.</summary>
    readonly record struct Judged(string Name, int State, int Used, int Limit);

    internal const string Started = "the agent started", ClockSetBack = "the clock was set back";

    readonly List<HistoryEvent> _events = [];
    readonly List<(int Series, Jump Jump)> _jumps = [];
    readonly List<(int Series, Burst Burst)> _bursts = [];
    readonly List<Judged> _resources = [];
    readonly long[] _states;
    readonly int _interval;
    long _last = -1;

    internal Timeline(HistoryHeader header)
    {
        _interval = header.Interval;
        var names = header.Names;
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].StartsWith(Series.StatePrefix, StringComparison.Ordinal))
                _jumps.Add((i, new Jump(names[i], names[i][Series.StatePrefix.Length..].ToUpperInvariant(), _events)));
            else if (BurstText(names, names[i]) is { Length: > 0 } text)
                _bursts.Add((i, new Burst(names[i], text, _events)));
            else if (names[i].EndsWith(Series.State, StringComparison.Ordinal))
                _resources.Add(Resource(names, names[i][..^Series.State.Length]));
        }
        _states = new long[_resources.Count];
        _states.AsSpan().Fill(KernelValue.Absent);
    }

    static Judged Resource(string[] names, string name) =>
        new(name, Array.IndexOf(names, name + Series.State), Array.IndexOf(names, name + Series.Used),
            Array.IndexOf(names, name + Series.Limit));

    /// <summary>
    /// A drop that a resource also counts as its own loss is reported once, and one that may be harmless is not reported.
    /// </summary>
    static string BurstText(string[] names, string name)
    {
        if (name.EndsWith(Series.Losses, StringComparison.Ordinal))
            return $"{name[..^Series.Losses.Length]}: {{0}} lost";
        if (!name.StartsWith(Series.DropPrefix, StringComparison.Ordinal))
            return "";
        var stage = name[Series.DropPrefix.Length..];
        return Array.IndexOf(names, stage + Series.Losses) < 0 && Array.Exists(DropStages.All, row => row.Stage == stage && row.IsHarmful)
            ? $"{stage}: {{0}} dropped"
            : "";
    }

    /// <summary>The events so far, the earliest first.</summary>
    internal List<HistoryEvent> Finish()
    {
        TellWhatHasBegun();
        _events.Sort(static (a, b) => (a.Time, a.Series, a.Text).CompareTo((b.Time, b.Series, b.Text)));
        return _events;
    }

    void TellWhatHasBegun()
    {
        foreach (var (_, jump) in _jumps)
            jump.Finish();
        foreach (var (_, burst) in _bursts)
            burst.Finish();
    }

    internal void Add(HistoryRecord record)
    {
        var isFirst = _last < 0;

        // No duration is known across a restart.
        if (record.Time < _last)
            TellWhatHasBegun();
        if (_last >= 0 && (record.IsFirst || record.Time - _last > 3L * _interval || record.Time < _last))
            Tell(record.Time, Gap(record));
        else if (_last < 0 && record.IsFirst)
            Tell(record.Time, Started);
        _last = record.Time;
        foreach (var (series, jump) in _jumps)
            jump.Add(record.Time, record.Values[series]);
        foreach (var (series, burst) in _bursts)
            burst.Add(record.Time, record.Values[series]);
        for (var i = 0; i < _resources.Count; i++)
            Judge(record, _resources[i], ref _states[i], isFirst);
    }

    void Tell(long time, string text) => _events.Add(new HistoryEvent(time, "", text, EventKind.Agent));

    /// <summary>Records hold only the wall clock. While the agent runs, a clock set forward looks like a time without records.</summary>
    string Gap(HistoryRecord record)
    {
        var gap = record.Time - _last - _interval;
        if (record.IsFirst)
            return gap > _interval ? $"the agent started again, {Seconds(gap)} are missing" : "the agent started again";
        return record.Time < _last
            ? ClockSetBack
            : $"a gap of {Seconds(gap)}: nothing was recorded, or the clock was set forward";
    }

    void Judge(HistoryRecord record, in Judged resource, ref long state, bool isFirst)
    {
        var (before, now) = (state, record.Values[resource.State]);
        state = now;
        if (!Turn.IsOne(before, now))
            return;
        var figures = new TurnFigures(now, ValueOf(record, resource.Used), ValueOf(record, resource.Limit));
        _events.Add(
            Turn.Event(record.Time, resource.Name, record.SubjectOf(resource.Name), figures, isStanding: isFirst && !record.IsFirst));
    }

    static long ValueOf(HistoryRecord record, int series) => series < 0 ? KernelValue.Absent : record.Values[series];

    internal static string Seconds(long milliseconds) => milliseconds < 120_000
        ? $"{(milliseconds + 500) / 1000} s"
        : $"{milliseconds / 60_000} min";
}
