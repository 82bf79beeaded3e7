using Microsoft.Extensions.Logging;
using TcpAgent.Metrics;

namespace TcpAgent.History;

/// <summary>
/// Writes the recorder's records on its own thread, so that a slow disk never delays the sampler. While the file cannot be written its
/// records are lost and counted, and the writer retries every ten seconds.
/// </summary>
sealed class HistoryWriter : IDisposable
{
    static readonly TimeSpan s_retry = TimeSpan.FromSeconds(10);

    /// <summary>The time between two looks whether the path still leads to the open file.</summary>
    static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    readonly string _path;
    readonly HistoryHeader _header;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly AgentEvents? _events;
    readonly Thread _thread;
    readonly ReportSchedule _schedule = new();
    readonly byte[] _part = new byte[HistoryRecord.Size];
    RingFile? _ring;
    Incidents? _incidents;
    long? _failedAt;
    long _lookedAt;
    string _reason = "";
    volatile bool _isStopping;

    internal HistoryWriter(string path, HistoryHeader header, TimeProvider time, ILogger logger, AgentEvents? events = null)
    {
        (_path, _header, _time, _logger, _events) = (path, header, time, logger, events);
        _thread = new Thread(Run) { Name = "history", IsBackground = true };
    }

    /// <summary>Explains the newest sample, packed; null where the history keeps no explanations.</summary>
    internal Func<byte[]?>? Report { get; set; }

    internal RecordQueue Queue { get; } = new();

    internal HistoryCounters Counters { get; } = new();

    internal void Start() => _thread.Start();

    void Run()
    {
        while (!_isStopping)
        {
            Queue.Wait();
            Drain();
        }

        // Writes what was queued before the stop, even if the stop came before this thread first ran.
        Drain();
    }

    /// <summary>Counts a record for which the queue had no room. Called on the recorder's thread.</summary>
    internal void Overflow()
    {
        Counters.Lose();
        if (Counters.IsFailing)
            return;
        Counters.IsFailing = true;
        Log.HistorySlow(_logger, _path);
    }

    /// <summary>Writes all queued records. Called on the writer's thread, or by a test in its place.</summary>
    internal void Drain()
    {
        for (var record = Queue.Peek(); !record.IsEmpty; record = Queue.Peek())
        {
            if (IsOpen() && TryWrite(record))
                Counters.Write();
            else
                Counters.Lose();
            Queue.Release();
        }
    }

    bool IsOpen()
    {
        Look();
        if (_ring is not null)
            return true;
        if (_failedAt is { } failed && _time.GetElapsedTime(failed) < s_retry)
            return false;
        try
        {
            _ring = RingFile.Open(_path, _header, _time.GetUtcNow(), out var setAside);
            if (setAside is not null)
                Log.HistorySetAside(_logger, _path, setAside);
            _incidents = new Incidents(_path, _header);
            Counters.Keep(_incidents.Resume(_ring));
            _lookedAt = _time.GetTimestamp();
            return true;
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            Fail(e);
            return false;
        }
    }

    /// <summary>A file that was deleted, replaced or truncated takes records that nobody will ever read: it is opened again.</summary>
    void Look()
    {
        if (_ring is null || _time.GetElapsedTime(_lookedAt) < s_look)
            return;
        _lookedAt = _time.GetTimestamp();
        if (_ring.Trouble(_path) is not { } trouble)
            return;
        Counters.Fail();
        Log.HistoryGone(_logger, _path, trouble);
        _ring.Dispose();
        _ring = null;
    }

    bool TryWrite(Span<byte> record)
    {
        try
        {
            var start = _time.GetTimestamp();
            _ring!.Write(record);
            _events?.HistoryWritten(_time.GetElapsedTime(start));
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            Fail(e);
            return false;
        }
        if (Counters.IsFailing)
            Log.HistoryRecovered(_logger, _path);
        (_failedAt, _reason, Counters.IsFailing) = (null, "", false);
        if (_schedule.IsDue(record))
            WriteReport(HistoryRecord.TimeOf(record));
        if (_incidents!.Note(record))
            Freeze();
        return true;
    }

    /// <summary>A report that cannot be written is not retried: the next record finds out whether the file can be written.</summary>
    void WriteReport(long time)
    {
        if (Report?.Invoke() is not { } packed || ReportRecord.PartsOf(packed) > ReportRecord.MostParts)
            return;
        try
        {
            for (var part = 0; part < ReportRecord.PartsOf(packed); part++)
            {
                ReportRecord.Write(_part, time, packed, part);
                _ring!.Write(_part, isReport: true);
            }
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            Counters.Fail();
        }
    }

    void Freeze()
    {
        try
        {
            Counters.Keep(_incidents!.Freeze(_ring!));
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            Counters.Fail();
            Log.IncidentFailed(_logger, _path, e.Message);
        }
    }

    /// <summary>Logs once for each reason, however many retries fail.</summary>
    void Fail(Exception e)
    {
        Counters.Fail();
        Counters.IsFailing = true;
        _failedAt = _time.GetTimestamp();
        _ring?.Dispose();
        _ring = null;
        if (e.Message != _reason)
            Log.HistoryFailed(_logger, _path, e.Message);
        _reason = e.Message;
    }

    static bool IsOfTheFile(Exception e) => e is IOException or UnauthorizedAccessException or NotSupportedException;

    /// <summary>Gives the disk a moment for the queued records. A disk that hangs does not delay the agent's exit.</summary>
    public void Dispose()
    {
        _isStopping = true;
        if (!_thread.IsAlive)
        {
            Drain();
        }
        else
        {
            Queue.Wake();
            if (!_thread.Join(s_patience))
                return;
        }
        _ring?.Dispose();
        Queue.Dispose();
    }
}
