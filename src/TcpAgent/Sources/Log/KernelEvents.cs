using TcpAgent.Kernel;
using TcpAgent.Kernel.Log;
using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// Counts what the kernel's log says about networking from the agent's start on. Without the right to read the log the source is denied,
/// which is by design and not a failure. It is tried once, and again at a reload, so a source that is denied costs nothing.
/// </summary>
sealed class KernelEvents : Source
{
    /// <summary>
    /// Maximum number of records read at one tick, which takes less than a millisecond. The rest waits in the kernel's buffer, and what is
    /// overwritten there is counted as missed.
    /// </summary>
    internal const int MostRecords = 500;

    /// <summary>No record is longer (include/linux/printk.h, CONSOLE_EXT_LOG_MAX; PRINTK_MESSAGE_MAX is less).</summary>
    const int RecordCapacity = 8192;

    readonly IKernelLog? _log;
    readonly TimeProvider _time;
    readonly Table _events, _state, _ages;
    readonly long[] _counts = new long[KernelEventRows.Names.Length];

    /// <summary>The clock at the last line of each kind; absent while there was none.</summary>
    readonly long[] _last = new long[KernelEventRows.Names.Length];
    byte[] _record = [];
    bool _isOpen, _isTried;
    ReadStatus _status = ReadStatus.Absent;
    long _sequence = KernelValue.Absent, _missed, _port = KernelValue.Absent;

    /// <param name="log">Null where another kernel's files are read.</param>
    /// <param name="time">The clock of the ticks.</param>
    internal KernelEvents(IKernelLog? log, TimeProvider time)
        : base("kmsg", KernelEventRows.Events, KernelEventRows.Log, KernelEventRows.Ages)
    {
        (_log, _time) = (log, time);
        (_events, _state, _ages) = (this[KernelEventRows.Events], this[KernelEventRows.Log], this[KernelEventRows.Ages]);
        Mode = "kmsg";
        _last.AsSpan().Fill(KernelValue.Absent);
    }

    internal override ReadStatus Read(in Tick tick)
    {
        if (_log is null || (!_isOpen && !TryOpen(_log, tick)))
            return _status;
        var status = ReadRecords(_log, tick.Timestamp);
        if (status.Outcome == Outcome.Failed)
            Withdraw();
        else
            Store(tick.Timestamp);
        return status;
    }

    bool TryOpen(IKernelLog log, in Tick tick)
    {
        if (_isTried && !(tick.IsSlow && _status.Outcome == Outcome.Failed))
            return false;
        _isTried = true;
        var errno = log.Open();
        _status = errno switch
        {
            0 => ReadStatus.Ok,

            // A sandbox hides the device, which every kernel has.
            Libc.EPERM or Libc.EACCES or Libc.ENOENT => ReadStatus.Denied(KernelLog.Path, errno),
            _ => ReadStatus.Failed(KernelLog.Path, errno),
        };
        _isOpen = errno == 0;
        if (_isOpen && _record.Length == 0)
            _record = new byte[RecordCapacity];
        return _isOpen;
    }

    ReadStatus ReadRecords(IKernelLog log, long now)
    {
        var result = default(ParseResult);
        for (var number = 1; number <= MostRecords; number++)
        {
            var errno = log.Read(_record, out var length);
            if (errno == Libc.EAGAIN)
                break;
            if (errno is Libc.EPIPE or Libc.EINVAL)
                _missed += _sequence == KernelValue.Absent ? 1 : 0;
            else if (errno is not (0 or Libc.EINTR))
                return ReadStatus.Failed(KernelLog.Path, errno);
            else if (errno == 0 && !TryTake(_record.AsSpan(0, length), now))
                result = result.And(number);
        }
        return Account(KernelLog.Path, result);
    }

    /// <summary>
    /// False if it is torn. A gap in the sequence is what was overwritten or too long; before the first record its size is unknown, and
    /// counts 1.
    /// </summary>
    bool TryTake(ReadOnlySpan<byte> bytes, long now)
    {
        if (!KernelRecord.TryRead(bytes, out var record) || record.Sequence <= _sequence)
            return false;
        if (_sequence != KernelValue.Absent)
            _missed += record.Sequence - _sequence - 1;
        _sequence = record.Sequence;
        if (record.IsKernel)
            Count(KernelMessage.Classify(record.Text, out var number), number, now);
        return true;
    }

    void Count(KernelEvent kind, int number, long now)
    {
        if (kind == KernelEvent.None)
            return;
        var place = (int)kind - 1;
        _counts[place] += kind == KernelEvent.Suppressed ? number : 1;
        _last[place] = now;
        if (kind == KernelEvent.SynFlooding)
            _port = number;
    }

    void Store(long now)
    {
        _counts.CopyTo(_events[0].Values);
        (_state[KernelEventRows.Missed], _state[KernelEventRows.FloodedPort]) = (_missed, _port);
        var ages = _ages[0].Values;
        for (var i = 0; i < _last.Length; i++)
            if (_last[i] != KernelValue.Absent)
                ages[i] = _time.Nanoseconds(now - _last[i]);
    }

    /// <summary>A log that is open stays open, so that no record is missed. One that is not is tried again.</summary>
    internal override void Reopen() => _isTried = _isOpen;

    public override void Dispose()
    {
        _log?.Dispose();
        base.Dispose();
    }
}
