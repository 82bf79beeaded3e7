using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// Network cards: the sizes of their rings, their channels, what the card or its driver lost, and on Amazon's instances what the cloud held
/// back. Only devices with a driver are asked. The kernel holds its lock of all devices for each request, and a driver may ask its
/// firmware, so looks are ten seconds apart, and slow ones run on their own thread.
/// </summary>
sealed class Nics : Source
{
    /// <summary>Share of the walk budget.</summary>
    const double Share = 0.1;

    static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    readonly NicReader? _reader;
    readonly LinkNames? _links;
    readonly CpuBudget _lane;
    readonly TimeProvider _time;
    readonly long _period;
    readonly Table _table;

    /// <summary>The cards by device index, and those of this look.</summary>
    readonly Roster<Nic> _roster = new();
    readonly List<Nic> _cards = [];
    ReadStatus _status = ReadStatus.Absent;
    long _unjudged;
    bool _isDenied;

    /// <summary>When the look before the last one began; absent before the first.</summary>
    long _before = KernelValue.Absent;
    bool _isDue = true;

    /// <param name="reader">Null where the kernel that would answer is not the one whose files are read.</param>
    /// <param name="links">The devices; null when the reader is.</param>
    /// <param name="options">The walk budget.</param>
    /// <param name="time">The sampler's clock.</param>
    internal Nics(NicReader? reader, LinkNames? links, SamplingOptions options, TimeProvider time)
        : base("nics", NicRows.Rows, NicRows.CloudRows)
    {
        (_reader, _links, _time, _table) = (reader, links, time, this[NicRows.Rows]);

        _period = options.SpacedByTicks(s_period);
        _lane = new CpuBudget(options.WalkBudget * Share, Look, time);
        Mode = "ethtool";
    }

    /// <summary>True while a look runs on its own thread.</summary>
    internal bool IsLooking => _lane.IsRunning;

    internal override long Unjudged => _unjudged;

    /// <summary>Nanoseconds between the last two looks: a counter that rose may have risen at any time in between.</summary>
    internal long Covered { get; private set; }

    internal override ReadStatus Read(in Tick tick)
    {
        if (_reader is null || _links is null)
            return ReadStatus.Absent;
        if (_lane.IsReady && (_isDue || _time.Nanoseconds(tick.Timestamp - _lane.StartedAt) >= _period))
        {
            var errno = List(_links, tick);
            if (errno != 0)
                return Fail("rtnetlink", errno);
            _isDue = true;
        }
        if (!_lane.Poll(_isDue))
            return _status;
        _isDue = false;

        // A driver that sleeps takes no CPU time, but it would hold up a tick.
        _lane.Cost = Math.Max(_lane.Cost, _lane.Duration);
        Take();
        return _status;
    }

    /// <summary>Lists the cards for the next look. Returns the errno.</summary>
    int List(LinkNames links, in Tick tick)
    {
        var errno = links.Refresh(tick);
        if (errno != 0)
            return errno;
        _roster.Begin();
        _cards.Clear();
        _unjudged = 0;
        foreach (var (index, link) in links.Known)
        {
            if (!link.HasDriver)
                continue;
            if (_cards.Count >= Devices.MaxDevices)
                _unjudged++;
            else if (_roster.TryVisit(index, out var known))
                _cards.Add(known is not null && ReferenceEquals(known.Link, link) ? known : Learn(index, link, known));
        }
        _roster.ForgetUnvisited();
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Nic Learn(int index, LinkName link, Nic? before) => _roster.Remember(index, new Nic(index, link, before));

    /// <summary>Looks at all cards, whatever fails. Returns the first errno.</summary>
    int Look()
    {
        var first = 0;
        foreach (var card in _cards)
        {
            var errno = _reader!.Read(card);
            first = first != 0 ? first : errno;
        }
        return first;
    }

    void Take()
    {
        Covered = _before == KernelValue.Absent ? 0 : Math.Min(_time.Nanoseconds(_lane.StartedAt - _before), 2 * _period);
        _before = _lane.StartedAt;
        Withdraw();
        Nic? fullest = null;
        foreach (var card in _cards)
        {
            if (!card.HasValues)
                continue;
            card.Values.CopyTo(_table.Add(card.Link).Values);
            if (card.Taken is not KernelValue.Absent and var taken
                && Fullness.Of(taken, card.MostAvailable).CompareTo(
                    Fullness.Of(fullest?.Taken ?? KernelValue.Absent, fullest?.MostAvailable ?? KernelValue.Absent)) > 0)
                fullest = card;
        }
        if (fullest is not null)
        {
            this[NicRows.CloudRows][NicRows.ConntrackTaken] = fullest.Taken;
            this[NicRows.CloudRows][NicRows.ConntrackMark] = fullest.Mark;
        }
        _isDenied |= _lane.Errno is Libc.EPERM or Libc.EACCES;
        _status = _table.Count > 0 ? ReadStatus.Ok
            : _isDenied ? ReadStatus.Denied("ethtool", Libc.EPERM)
            : _lane.Errno != 0 ? ReadStatus.Failed("ethtool", _lane.Errno)
            : ReadStatus.Absent;
    }

    ReadStatus Fail(string where, int errno)
    {
        Withdraw();
        return _status = ReadStatus.Failed(where, errno);
    }

    /// <summary>Asks each card again for what it did not offer.</summary>
    internal override void Reopen()
    {
        // A running look keeps its sockets and cards.
        if (_lane.IsRunning)
            return;
        _reader?.Close();
        _links?.Reopen();
        _lane.Rest(0, 0);
        (_isDue, _isDenied) = (true, false);
    }

    public override void Dispose()
    {
        _lane.Dispose();
        base.Dispose();
        _reader?.Dispose();
        _links?.Dispose();
    }
}
