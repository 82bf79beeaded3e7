using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>
/// The time during which one resource limits traffic, from its first log line to its last. A line has the sentence of
/// <see cref="Headline"/> that `why` and the page have for the same sample. A resource that keeps turning may log a few times in a row and
/// after that once in ten minutes: the line then says how many turns it stands for.
/// </summary>
sealed class LimitEpisode(Resource resource, ILogger logger, TimeProvider time)
{
    /// <summary>Lines about a start that a resource may log in a row.</summary>
    const int Burst = 5;

    /// <summary>Listeners, destinations and the like that one episode names.</summary>
    const int MostSubjects = 4;

    static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(10);

    readonly Instance?[] _named = new Instance?[MostSubjects];
    int _namedCount;
    int _lines = Burst;
    long _lineSpent;
    long _skipped;
    long _began;
    long _lostBefore;
    string _past = "";
    bool _isLimiting;
    bool _isLogged;

    /// <param name="slots">The resource's figures in this sample.</param>
    /// <param name="snapshot">The sample.</param>
    internal void Update(Slots slots, Snapshot snapshot)
    {
        var isLimiting = slots[ResourceRows.State] == (long)ResourceState.Limiting;
        if (!isLimiting && !_isLimiting)
            return;
        var (losses, recent) = (slots[ResourceRows.LossesTotal], slots[ResourceRows.RecentLosses]);
        if (isLimiting && !_isLimiting)
            Begin(losses == KernelValue.Absent ? KernelValue.Absent : losses - Math.Max(0, recent));
        var lost = losses == KernelValue.Absent || _lostBefore == KernelValue.Absent ? (long?)null : Math.Max(0, losses - _lostBefore);
        if (!isLimiting)
            End(lost);
        else if (SubjectInstance.In(snapshot.Find(ResourceMonitor.SubjectRows), resource) is var subject && IsNew(subject) && HasLine())
            LogStart(HostVerdict.Say(resource, new SampleView(snapshot)), lost);
    }

    void Begin(long lostBefore)
    {
        (_isLimiting, _isLogged, _began, _lostBefore) = (true, false, time.GetTimestamp(), lostBefore);
        (_named[0], _namedCount) = (null, 0);
    }

    void End(long? lost)
    {
        _isLimiting = false;
        if (_isLogged)
            LogEnd(lost);
        else
            _skipped++;
    }

    /// <summary>Whether the episode has no line yet, or its lines name other subjects.</summary>
    bool IsNew(Instance? subject)
    {
        if (!_isLogged)
            return true;
        if (subject is null || _namedCount == MostSubjects)
            return false;
        for (var i = 0; i < _namedCount; i++)
            if (ReferenceEquals(_named[i], subject))
                return false;
        return true;
    }

    /// <summary>Lines come back one at a time, each after the quiet time.</summary>
    bool HasLine()
    {
        var now = time.GetTimestamp();
        while (_lines < Burst && time.GetElapsedTime(_lineSpent, now) >= s_quiet)
        {
            _lines++;
            _lineSpent += (long)(s_quiet.TotalSeconds * time.TimestampFrequency);
        }
        if (_lines == 0)
            return false;
        if (_lines-- == Burst)
            _lineSpent = now;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void LogStart(ResourceReport report, long? lost)
    {
        if (!_isLogged)
            _past = report.HeadlinePast;
        (_isLogged, _named[_namedCount++]) = (true, report.Instance);
        var text = $"{report.Headline} ({NameOf(report.Instance)}{Since()}{Lost(lost)})";
        if (_skipped > 0)
            text += $"; {Number(_skipped)} earlier times were not logged";
        if (_lines == 0)
            text += $"; further changes of {resource.Name} are logged at most every {s_quiet.TotalMinutes} minutes";
        Log.Limiting(
            logger, text, resource.Name, report.Instance?.Subject, report.Used, report.Limit, lost, _skipped > 0 ? _skipped : null);
        _skipped = 0;
    }

    /// <summary>Says since when, if the episode's first line comes late.</summary>
    string Since() => _namedCount == 1 && time.GetElapsedTime(_began) is { TotalSeconds: >= 1 } since ? $", for {Seconds(since)} s" : "";

    [MethodImpl(MethodImplOptions.NoInlining)]
    void LogEnd(long? lost)
    {
        var duration = time.GetElapsedTime(_began);
        var others = _namedCount > 1 ? $" and {_namedCount - 1} more" : "";
        Log.NoLongerLimiting(
            logger, $"{_past} ({NameOf(_named[0])}{others}, after {Seconds(duration)} s{Lost(lost)})", resource.Name, _named[0]?.Subject,
            lost, Math.Round(duration.TotalSeconds, 3));
    }

    string NameOf(Instance? subject) => subject is null ? resource.Name : $"{resource.Name} of {subject.Subject}";

    static string Lost(long? lost) => lost > 0 ? $", {Number(lost.Value)} lost" : "";

    static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    static string Seconds(TimeSpan duration) => Number((long)Math.Round(duration.TotalSeconds));
}
