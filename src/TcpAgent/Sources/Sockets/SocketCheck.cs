using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>
/// Compares the exported states with a full count of all sockets, and learns from it what CurrEstab counts. It walks on the walk's thread
/// with its own files and compares on the sampler's thread.
/// </summary>
/// <param name="snmp">Its own reader of snmp.</param>
/// <param name="sockstat">Its own reader of sockstat.</param>
/// <param name="hasCloseWait">Whether CurrEstab is known to count CLOSE_WAIT; null when a full count must show it.</param>
/// <param name="time">The sampler's clock.</param>
sealed class SocketCheck(Source snmp, Source sockstat, bool? hasCloseWait, TimeProvider time) : IDisposable
{
    internal static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(30);

    static readonly TimeSpan s_interval = TimeSpan.FromMinutes(5);

    readonly SocketCounters _counters = new(snmp, sockstat);
    readonly SocketCensus _rare = new();
    readonly SocketCensus _full = new();

    /// <summary>
    /// Whether snmp's CurrEstab counts CLOSE_WAIT too, as it does since 6.10 and in stable kernels with the fix of June 2024. Null while
    /// unknown; that matters only once a CLOSE_WAIT socket exists.
    /// </summary>
    internal bool? CurrEstabHasCloseWait { get; private set; } = hasCloseWait;

    /// <summary>Until a full count shows it, ESTABLISHED may be wrong by the number of CLOSE_WAIT sockets.</summary>
    internal bool MustCalibrate(SocketCensus census) => CurrEstabHasCloseWait is null && census[TcpState.CloseWait] > 0;

    internal bool IsWanted(SocketCensus census, long lastAt) =>
        MustCalibrate(census) || lastAt == 0 || time.GetElapsedTime(lastAt) >= s_interval;

    /// <summary>
    /// Takes the same walk and counters as for the exported states, and right after it the full count. Returns the errno.
    /// </summary>
    internal int Walk(ISocketTable table)
    {
        var errno = table.Walk(_rare, full: false);
        if (errno != 0)
            return errno;
        snmp.Read(default);
        sockstat.Read(default);
        return table.Walk(_full, full: true);
    }

    /// <summary>Writes, for each state, the full count minus the computed value.</summary>
    internal void Compare(Span<long> differences)
    {
        Calibrate(_full, _counters.CurrEstab);
        for (var state = TcpState.Established; state <= TcpState.Closing; state++)
            differences[(int)state - 1] = _full[state] - _rare[state];
        differences[(int)TcpState.TimeWait - 1] = Difference(_full[TcpState.TimeWait], _counters.TimeWait(_rare.FinWait2MiniSockets));
        differences[(int)TcpState.Established - 1] = Difference(
            _full[TcpState.Established], _counters.Established(_rare[TcpState.CloseWait], CurrEstabHasCloseWait));
    }

    static long Difference(long full, long computed) => computed == KernelValue.Absent ? KernelValue.Absent : full - computed;

    /// <summary>On a busy host a count is not exact to the socket, so only a clear result is accepted.</summary>
    internal void Calibrate(SocketCensus full, long currEstab)
    {
        var closeWait = full[TcpState.CloseWait];
        if (CurrEstabHasCloseWait is not null || closeWait == 0 || currEstab == KernelValue.Absent)
            return;
        var surplus = currEstab - full[TcpState.Established];
        if (Math.Abs(surplus - closeWait) <= closeWait / 4)
            CurrEstabHasCloseWait = true;
        else if (Math.Abs(surplus) <= closeWait / 4)
            CurrEstabHasCloseWait = false;
    }

    public void Dispose()
    {
        snmp.Dispose();
        sockstat.Dispose();
    }
}
