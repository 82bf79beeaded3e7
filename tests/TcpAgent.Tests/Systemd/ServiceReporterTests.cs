using System.Text;
using NSubstitute;
using TcpAgent.Sources;
using TcpAgent.Systemd;

namespace TcpAgent.Tests.Systemd;

public sealed class ServiceReporterTests : IDisposable
{
    readonly ReporterRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task TheStartWaitsForTheFirstSampleAndLeavesReadyToTheLifetime()
    {
        _rig.Create();
        var started = _rig.Reporter.StartedAsync(default);
        await Task.Delay(50);
        Assert.False(started.IsCompleted);
        Assert.Empty(_rig.All);
        _rig.Tick();
        await started;
        Assert.Equal(["STATUS=sampling 1 sources"], _rig.Said());
        Assert.Equal(["Information: First sample taken: sampling 1 sources"], _rig.Log.Lines);
        _rig.Tick();
        Assert.Empty(_rig.All);
    }

    [Fact]
    public async Task AStopBeforeTheFirstSampleEndsTheStart()
    {
        _rig.Create(watchdog: 6);
        using var stop = new CancellationTokenSource();
        var started = _rig.Reporter.StartedAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => started);
        await _rig.Reporter.StoppingAsync(default);
        Assert.Equal(["STATUS=stopping"], _rig.Said());
        Assert.Equal(["Information: Stopping after 0 samples"], _rig.Log.Lines);
    }

    [Fact]
    public async Task AWatchdogThatIsTooShortForTheIntervalIsMadeLongerBeforeAnythingElse()
    {
        await _rig.Start(watchdog: 5.9, interval: 2);
        Assert.Equal(["WATCHDOG_USEC=6000000", "STATUS=sampling 1 sources"], _rig.Said());
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(["WATCHDOG=1", "WATCHDOG=1"], _rig.Said());
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
        await _rig.Start(watchdog, interval);
        Assert.Equal(["STATUS=sampling 1 sources"], _rig.Said());
        var fed = new List<double>();
        for (var i = 0; i < 700; i++)
        {
            _rig.Tick();
            if (_rig.Said() is { Length: > 0 } said)
            {
                Assert.Equal(["WATCHDOG=1"], said);
                fed.Add(_rig.Time.Now / (double)ManualTime.Second);
            }
        }
        Assert.InRange(fed.Count, 3, 700);
        Assert.Equal([every], fed.Zip(fed.Skip(1), (one, next) => Math.Round(next - one, 3)).Distinct());
        Assert.InRange(every, 0, watchdog / 3);

        // The clock alone is no sign of life.
        _rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_rig.All);
        _rig.Tick();
        Assert.Equal(["WATCHDOG=1"], _rig.Said());
    }

    [Fact]
    public async Task WithoutAWatchdogThereIsNoSignOfLife()
    {
        await _rig.Start();
        _rig.Said();
        for (var i = 0; i < 100; i++)
            _rig.Tick();
        Assert.Empty(_rig.All);
    }

    [Fact]
    public async Task StatusFollowsTheSourcesThatFail()
    {
        await _rig.Start();
        _rig.Said();
        _rig.Source.Status = ReadStatus.Failed("x", 5);
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(["STATUS=sampling 1 sources, 1 failing"], _rig.Said());
        _rig.Source.Status = ReadStatus.Ok;
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(["STATUS=sampling 1 sources"], _rig.Said());
    }

    [Fact]
    public async Task AStopEndsAllButTheWatchdog()
    {
        await _rig.Start(watchdog: 3);
        _rig.Reporter.BeginReload();
        _rig.Tick();
        _rig.Said();
        await _rig.Reporter.StoppingAsync(default);
        Assert.Equal(["STATUS=stopping"], _rig.Said());
        _rig.Reporter.BeginReload();
        _rig.Source.Status = ReadStatus.Failed("x", 5);
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(["WATCHDOG=1", "WATCHDOG=1"], _rig.Said());
        Assert.Equal(1, _rig.Source.Reopened);
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
    public async Task ATickThatFeedsTheWatchdogAllocatesNothing()
    {
        _rig.Systemd.IsEnabled.Returns(true);
        using var queue = new NotificationQueue(_rig.Systemd, _rig.Log);
        await _rig.Start(watchdog: 6, systemd: queue);
        long least = long.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            long allocated = 0;
            for (var i = 0; i < 200; i++)
            {
                _rig.Time.Advance(_rig.Sampler.Interval);
                _rig.Sampler.Take();
                var before = GC.GetAllocatedBytesForCurrentThread();
                _rig.Reporter.Ticked();
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;

                // STATUS came first, and each tick feeds it.
                Assert.True(SpinWait.SpinUntil(() => _rig.All.Count == 1 + (200 * round) + i + 1, TimeSpan.FromSeconds(10)));
            }
            least = Math.Min(least, allocated);
        }
        Assert.Equal(0, least);
    }
}
