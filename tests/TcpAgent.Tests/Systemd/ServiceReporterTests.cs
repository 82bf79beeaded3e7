using System.Globalization;
using System.Text;
using Microsoft.Extensions.Hosting.Systemd;
using NSubstitute;
using TcpAgent.Metrics;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Systemd;
using TcpAgent.Tests.Support;

namespace TcpAgent.Tests.Systemd;

public sealed class ServiceReporterTests : IDisposable
{
    readonly ISystemdNotifier _systemd = Substitute.For<ISystemdNotifier>();
    readonly List<string> _said = [];
    readonly ManualTime _time = new();
    readonly ListLogger _log = new();
    readonly FakeSource _source = new();
    Sampler? _sampler;
    ServiceReporter? _reporter;
    TimeSpan _interval;

    public ServiceReporterTests() => _systemd.When(systemd => systemd.Notify(Arg.Any<ServiceState>()))
        .Do(call => _said.Add(call.Arg<ServiceState>().ToString()));

    public void Dispose() => _sampler?.Dispose();

    [Fact]
    public async Task TheStartWaitsForTheFirstSampleAndLeavesReadyToTheLifetime()
    {
        Create();
        var started = _reporter!.StartedAsync(default);
        await Task.Delay(50);
        Assert.False(started.IsCompleted);
        Assert.Empty(_said);
        Tick();
        await started;
        Assert.Equal(["STATUS=sampling 1 sources"], Said());
        Assert.Equal(["Information: First sample taken: sampling 1 sources"], _log.Lines);
        Tick();
        Assert.Empty(_said);
    }

    [Fact]
    public async Task AStopBeforeTheFirstSampleEndsTheStart()
    {
        Create(watchdog: 6);
        using var stop = new CancellationTokenSource();
        var started = _reporter!.StartedAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => started);
        await _reporter.StoppingAsync(default);
        Assert.Equal(["STATUS=stopping"], Said());
        Assert.Equal(["Information: Stopping after 0 samples"], _log.Lines);
    }

    [Fact]
    public async Task AWatchdogThatIsTooShortForTheIntervalIsMadeLongerBeforeAnythingElse()
    {
        await Start(watchdog: 5.9, interval: 2);
        Assert.Equal(["WATCHDOG_USEC=6000000", "STATUS=sampling 1 sources"], Said());
        Tick();
        Tick();
        Assert.Equal(["WATCHDOG=1", "WATCHDOG=1"], Said());
    }

    [Theory]
    [InlineData(30, 1, 9)]
    [InlineData(6, 1, 1)]
    [InlineData(6, 2, 2)]
    [InlineData(6.5, 2, 2)]
    [InlineData(60, 15, 15)]
    [InlineData(60, 0.1, 19.9)]
    public async Task TheWatchdogIsFedByTicksAndNeverLaterThanAThirdOfItsTime(double watchdog, double interval, double every)
    {
        await Start(watchdog, interval);
        Assert.Equal(["STATUS=sampling 1 sources"], Said());
        var fed = new List<double>();
        for (var i = 0; i < 700; i++)
        {
            Tick();
            if (Said() is { Length: > 0 } said)
            {
                Assert.Equal(["WATCHDOG=1"], said);
                fed.Add(_time.Now / (double)ManualTime.Second);
            }
        }
        Assert.InRange(fed.Count, 3, 700);
        Assert.Equal([every], fed.Zip(fed.Skip(1), (one, next) => Math.Round(next - one, 3)).Distinct());
        Assert.InRange(every, 0, watchdog / 3);

        // The clock alone is no sign of life.
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_said);
        Tick();
        Assert.Equal(["WATCHDOG=1"], Said());
    }

    [Fact]
    public async Task WithoutAWatchdogThereIsNoSignOfLife()
    {
        await Start();
        Said();
        for (var i = 0; i < 100; i++)
            Tick();
        Assert.Empty(_said);
    }

    [Fact]
    public async Task StatusFollowsTheSourcesThatFail()
    {
        await Start();
        Said();
        _source.Status = ReadStatus.Failed("x", 5);
        Tick();
        Tick();
        Assert.Equal(["STATUS=sampling 1 sources, 1 failing"], Said());
        _source.Status = ReadStatus.Ok;
        Tick();
        Tick();
        Assert.Equal(["STATUS=sampling 1 sources"], Said());
    }

    [Fact]
    public async Task AReloadIsOverAfterTheTickThatSawTheReopenedFiles()
    {
        await Start();
        Said();
        var before = Libc.MonotonicMicroseconds();
        _reporter!.BeginReload();
        var after = Libc.MonotonicMicroseconds();
        var lines = Assert.Single(Said()).Split('\n');
        Assert.Equal((2, "RELOADING=1"), (lines.Length, lines[0]));
        Assert.StartsWith("MONOTONIC_USEC=", lines[1], StringComparison.Ordinal);
        Assert.InRange(long.Parse(lines[1]["MONOTONIC_USEC=".Length..], CultureInfo.InvariantCulture), before, after);

        // The tick during which SIGHUP comes has read the old files.
        Assert.Equal(0, _source.Reopened);
        Tick();
        Assert.Equal(1, _source.Reopened);
        Assert.Empty(_said);
        Tick();
        Assert.Equal(["READY=1"], Said());
        Assert.Equal("Information: Reloaded: kernel files and sockets opened anew", _log.Lines[^1]);
        Tick();
        Assert.Equal(1, _source.Reopened);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task AReloadDuringAReloadBeginsItOverAndBothEndWithOneReady()
    {
        await Start();
        Said();
        _reporter!.BeginReload();
        Tick();
        _reporter.BeginReload();
        Assert.Equal(2, Said().Length);
        Tick();
        Assert.Equal(2, _source.Reopened);
        Assert.Empty(_said);
        Tick();
        Assert.Equal(["READY=1"], Said());
        Tick();
        Assert.Empty(_said);
    }

    [Fact]
    public async Task ReloadsFromOtherThreadsEachEndWithReady()
    {
        await Start();
        Said();
        var hangups = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 300; i++)
            {
                _reporter!.BeginReload();
                Thread.Yield();
            }
        })).ToArray();
        while (!Task.WhenAll(hangups).IsCompleted)
            Tick();
        Tick();
        Tick();
        var kinds = Said().Select(said => said.Split('\n')[0]).ToArray();
        Assert.Equal(900, kinds.Count(kind => kind == "RELOADING=1"));
        Assert.Equal("READY=1", kinds[^1]);
        Assert.DoesNotContain(kinds.Zip(kinds.Skip(1)), pair => pair is ("READY=1", "READY=1"));
    }

    [Fact]
    public async Task AStopEndsAllButTheWatchdog()
    {
        await Start(watchdog: 3);
        _reporter!.BeginReload();
        Tick();
        Said();
        await _reporter.StoppingAsync(default);
        Assert.Equal(["STATUS=stopping"], Said());
        _reporter.BeginReload();
        _source.Status = ReadStatus.Failed("x", 5);
        Tick();
        Tick();
        Assert.Equal(["WATCHDOG=1", "WATCHDOG=1"], Said());
        Assert.Equal(1, _source.Reopened);
    }

    [Fact]
    public void AReloadBeforeTheStartIsNone()
    {
        Create();
        _reporter!.BeginReload();
        Tick();
        Tick();
        Assert.Empty(_said);
        Assert.Equal(0, _source.Reopened);
    }

    [Theory]
    [InlineData("two\nlines", "two lines")]
    [InlineData("a\r\nb", "a  b")]
    [InlineData("x\nERRNO=5", "x ERRNO=5")]
    [InlineData("tab\tand\0nul", "tab and nul")]
    public void AStatusIsOneLine(string status, string sent) => Assert.Equal("STATUS=" + sent, ServiceReporter.Status(status).ToString());

    // systemd reads a datagram of 4096 bytes at most.
    [Fact]
    public void ALongStatusIsCut() =>
        Assert.InRange(Encoding.UTF8.GetByteCount(ServiceReporter.Status(new string('\u20ac', 100_000)).ToString()), 3000, 4096);

    [Fact]
    public async Task ATickAllocatesNothingThoughTheWatchdogIsFed()
    {
        _systemd.IsEnabled.Returns(true);
        using var queue = new NotificationQueue(_systemd, _log);
        await Start(watchdog: 6, systemd: queue);
        long least = long.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            long allocated = 0;
            for (var i = 0; i < 200; i++)
            {
                _time.Advance(_interval);
                _sampler!.Take();
                var before = GC.GetAllocatedBytesForCurrentThread();
                _reporter!.Ticked();
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;

                // STATUS came first, and each tick feeds it.
                Assert.True(SpinWait.SpinUntil(() => _said.Count == 1 + (200 * round) + i + 1, TimeSpan.FromSeconds(10)));
            }
            least = Math.Min(least, allocated);
        }
        Assert.Equal(0, least);
    }

    async Task Start(double? watchdog = null, double interval = 1, ISystemdNotifier? systemd = null)
    {
        Create(watchdog, interval, systemd);
        Tick();
        await _reporter!.StartedAsync(default);
    }

    void Create(double? watchdog = null, double interval = 1, ISystemdNotifier? systemd = null)
    {
        _interval = TimeSpan.FromSeconds(interval);
        _sampler = new Sampler([_source], new Agent("0", "0"), SamplingOptions.Default with { Interval = _interval }, _time, _log, () => 0);
        _reporter = new ServiceReporter(
            systemd ?? _systemd, _sampler, watchdog is { } seconds ? TimeSpan.FromSeconds(seconds) : null, _time, _log);
    }

    void Tick()
    {
        _time.Advance(_interval);
        _sampler!.Take();
        _reporter!.Ticked();
    }

    /// <summary>Since the last time.</summary>
    string[] Said()
    {
        string[] said = [.. _said];
        _said.Clear();
        return said;
    }

    sealed class FakeSource() : Source("fake", new Block([Metric.Gauge("", "", "tcpagent_fake", "Nothing.")]))
    {
        internal int Reopened { get; private set; }

        internal ReadStatus Status { get; set; }

        internal override ReadStatus Read(in Tick tick) => Status;

        internal override void Reopen() => Reopened++;
    }
}
