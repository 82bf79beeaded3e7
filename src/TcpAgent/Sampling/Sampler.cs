using Microsoft.Extensions.Logging;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Sampling;

/// <summary>
/// Takes samples: reads every source that is due, independently of the others, computes values that need several sources, and publishes one
/// snapshot. Used by one thread at a time.
/// </summary>
sealed class Sampler : IDisposable
{
    static readonly TimeSpan s_slowLane = TimeSpan.FromSeconds(10), s_longestTick = TimeSpan.FromSeconds(1);

    readonly Source[] _sources;
    readonly SourceState[] _states;
    readonly (ReadStatus Status, long Duration)[] _reads;
    readonly AgentMetrics _agent;
    readonly TimeProvider _time;
    readonly TimeSpan _interval;
    readonly ILogger _logger;
    readonly Func<long> _logDropped;
    readonly AgentEvents? _events;
    readonly SnapshotExchange _exchange;
    readonly SampleTimes? _times;
    readonly long _slowInterval;
    readonly Lock _taking = new();
    bool _isDisposed;
    long _slowDue;
    long _samples;

    internal Sampler(
        IReadOnlyList<Source> sources, AgentMetrics agent, SamplingOptions options, TimeProvider time, ILogger logger,
        Func<long> logDropped,
        AgentEvents? events = null)
    {
        _sources = [.. sources];
        _states = Array.ConvertAll(_sources, source => new SourceState(source));
        _reads = new (ReadStatus, long)[_sources.Length];
        (_agent, _time, _interval, _logger, _logDropped, _events) = (agent, time, options.Interval, logger, logDropped, events);
        _times = logger.IsEnabled(LogLevel.Debug) ? new SampleTimes(logger, events) : null;
        _slowInterval = (long)(s_slowLane.TotalSeconds * time.TimestampFrequency);
        _slowDue = long.MinValue;

        var tables = new List<Table>();
        var owners = new List<string>();
        foreach (var source in (Source[])[.. _sources, agent])
        {
            if (!source.IsExported)
                continue;
            tables.AddRange(source.Tables);
            foreach (var _ in source.Tables)
                owners.Add(source.Name);
        }
        (Tables, TableOwners) = (tables, owners);
        _exchange = new SnapshotExchange(tables);
    }

    /// <summary>Every exported table, in the order of the exposition.</summary>
    internal IReadOnlyList<Table> Tables { get; }

    /// <summary>The name of the source that owns each of <see cref="Tables"/>.</summary>
    internal IReadOnlyList<string> TableOwners { get; }

    internal SnapshotExchange Snapshots => _exchange;

    internal TimeSpan Interval => _interval;

    internal IReadOnlyList<SourceState> Sources => _states;

    internal long Samples => Volatile.Read(ref _samples);

    /// <summary>Samples skipped so far; set by the keeper of the schedule.</summary>
    internal long Missed { get; set; }

    /// <summary>Takes a sample; does nothing once the sampler is disposed.</summary>
    internal void Take()
    {
        lock (_taking)
            if (!_isDisposed)
                TakeNow();
    }

    void TakeNow()
    {
        var start = _time.GetTimestamp();
        var tick = new Tick(_samples, start, IsSlow: start >= _slowDue);
        if (tick.IsSlow)
            _slowDue = start + _slowInterval;

        foreach (var source in _sources)
            source.Remember();
        for (var i = 0; i < _states.Length; i++)
            _reads[i] = tick.IsSlow || !_sources[i].IsSlow ? Read(_states[i], tick) : (_states[i].Status, _states[i].Duration);
        for (var i = 0; i < _states.Length; i++)
            if (_reads[i].Status.Outcome != Outcome.Failed || _sources[i].LooksInDerive)
                Derive(_states[i], tick, ref _reads[i].Status);
        for (var i = 0; i < _states.Length; i++)
            if (_states[i].Update(_reads[i].Status, _reads[i].Duration))
                Report(_states[i]);

        Volatile.Write(ref _samples, _samples + 1);
        _agent.Report(_states, new SampleSummary(
            _time.GetUtcNow().ToUnixTimeMilliseconds(), (long)_interval.TotalNanoseconds, _time.Nanoseconds(_time.GetTimestamp() - start),
            _samples, Missed, _logDropped()));
        _exchange.Publish(start);
        _events?.Ticked(_time.GetElapsedTime(start));
        _times?.Add(_states, _time.Nanoseconds(_time.GetTimestamp() - start), tick.IsSlow);
    }

    (ReadStatus Status, long Duration) Read(SourceState state, in Tick tick)
    {
        var start = _time.GetTimestamp();
        ReadStatus status;
        try
        {
            status = state.Source.Read(tick);
        }
        catch (Exception e)
        {
            status = Threw(state, e);
        }
        return (status, _time.Nanoseconds(_time.GetTimestamp() - start));
    }

    void Derive(SourceState state, in Tick tick, ref ReadStatus status)
    {
        try
        {
            state.Source.Derive(tick);
        }
        catch (Exception e)
        {
            status = Threw(state, e);
        }
    }

    /// <summary>The only place that catches exceptions of a source: whatever it is, the other sources continue.</summary>
    ReadStatus Threw(SourceState state, Exception e)
    {
        state.Source.Withdraw();
        var status = new ReadStatus(Outcome.Failed, e.GetType().Name);
        if (state.Status != status)
            Log.SourceThrew(_logger, e, state.Source.Name);
        return status;
    }

    void Report(SourceState state)
    {
        var (name, status) = (state.Source.Name, state.Status);
        switch (status.Outcome)
        {
            case Outcome.Failed:
                Log.SourceFailed(_logger, name, status.Reason);
                break;
            case Outcome.Partial:
                Log.SourcePartial(_logger, name, status.Reason);
                break;
            case Outcome.Absent:
                Log.SourceAbsent(_logger, name);
                break;
            case Outcome.Denied:
                Log.SourceDenied(_logger, name, status.Reason);
                break;
            case Outcome.Ok when _samples > 0:
                Log.SourceRecovered(_logger, name, state.Source.Mode);
                break;
        }
    }

    /// <summary>One line for systemctl status.</summary>
    internal string Describe()
    {
        var failing = FailingSources;
        return failing == 0 ? $"sampling {_states.Length} sources" : $"sampling {_states.Length} sources, {failing} failing";
    }

    internal int FailingSources
    {
        get
        {
            var failing = 0;
            foreach (var state in _states)
                failing += state.Failing ? 1 : 0;
            return failing;
        }
    }

    /// <summary>Reopens everything at the next tick, which reads the slow lane too.</summary>
    internal void Reopen()
    {
        foreach (var source in _sources)
            source.Reopen();
        ReadAllNext();
    }

    /// <summary>Makes the next tick read the slow lane too.</summary>
    internal void ReadAllNext() => _slowDue = long.MinValue;

    /// <summary>Waits for a sample that is being taken. If that is stuck, everything stays open: the process ends.</summary>
    public void Dispose()
    {
        if (!_taking.TryEnter(s_longestTick))
            return;
        _isDisposed = true;
        foreach (var source in _sources)
            source.Dispose();
        _agent.Dispose();
        _taking.Exit();
    }
}
