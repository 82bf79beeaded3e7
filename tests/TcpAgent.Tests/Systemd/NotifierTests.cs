using System.Diagnostics;
using System.Globalization;
using System.Text;
using TcpAgent.Systemd;

namespace TcpAgent.Tests.Systemd;

public sealed class NotifierTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly Receiver _manager;
    readonly Notifier _notifier;

    public NotifierTests()
    {
        _manager = new Receiver(_folder.File("notify"));
        _notifier = new Notifier(_manager.Path, TimeSpan.FromSeconds(3));
    }

    public void Dispose()
    {
        _notifier.Dispose();
        _manager.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void EveryMessageIsExactlyTheBytesOfTheProtocol()
    {
        Assert.True(_notifier.Ready("sampling 9 sources"));
        Assert.Equal("READY=1\nSTATUS=sampling 9 sources", _manager.ReceiveText());
        Assert.True(_notifier.Status("1 failing"));
        Assert.Equal("STATUS=1 failing", _manager.ReceiveText());
        Assert.True(_notifier.Stopping("bye"));
        Assert.Equal("STOPPING=1\nSTATUS=bye", _manager.ReceiveText());
        Assert.True(_notifier.ExtendTimeout(TimeSpan.FromMilliseconds(1500)));
        Assert.Equal("EXTEND_TIMEOUT_USEC=1500000", _manager.ReceiveText());
        Assert.True(_notifier.WatchdogEvery(TimeSpan.FromMinutes(3)));
        Assert.Equal("WATCHDOG_USEC=180000000", _manager.ReceiveText());
        Assert.True(_notifier.Watchdog());
        Assert.Equal("WATCHDOG=1", _manager.ReceiveText());
        Assert.Equal(0, _notifier.Failures);
    }

    [Fact]
    public void AnAbstractSocketIsReachedByItsAtSign()
    {
        using var manager = new Receiver($"@tcp-agent-test-{Environment.ProcessId}-{Guid.NewGuid():N}");
        using var notifier = new Notifier(manager.Path, null);
        Assert.True(notifier.Ready("ok"));
        Assert.Equal("READY=1\nSTATUS=ok", manager.ReceiveText());
    }

    [Fact]
    public void ReloadingCarriesTheMonotonicClockInMicroseconds()
    {
        var before = Libc.MonotonicMicroseconds();
        _notifier.Reloading();
        var after = Libc.MonotonicMicroseconds();

        var lines = _manager.ReceiveText().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal("RELOADING=1", lines[0]);
        Assert.StartsWith("MONOTONIC_USEC=", lines[1], StringComparison.Ordinal);
        Assert.InRange(long.Parse(lines[1]["MONOTONIC_USEC=".Length..], CultureInfo.InvariantCulture), before, after);
    }

    [Theory]
    [InlineData("two\nlines", "two lines")]
    [InlineData("a\r\nb", "a  b")]
    [InlineData("x\nERRNO=5", "x ERRNO=5")]
    [InlineData("tab\tand\0nul", "tab and nul")]
    public void AStatusIsOneLine(string status, string sent)
    {
        _notifier.Status(status);
        Assert.Equal("STATUS=" + sent, _manager.ReceiveText());
    }

    // Not inline data: an attribute cannot hold half a surrogate pair.
    [Fact]
    public void AStatusIsUtf8EvenWhenItsTextIsNotUnicode()
    {
        _notifier.Status("lone \ud800 half");
        Assert.Equal("STATUS=lone \ufffd half", _manager.ReceiveText());
    }

    [Fact]
    public void ALongStatusDoesNotCostTheReadinessItComesWith()
    {
        _notifier.Ready(new string('\u20ac', 100_000));
        var datagram = _manager.Receive();
        Assert.StartsWith("READY=1\nSTATUS=\u20ac", Encoding.UTF8.GetString(datagram), StringComparison.Ordinal);
        Assert.InRange(datagram.Length, 3000, 4096);
    }

    [Fact]
    public void TheWatchdogAllocatesNothing()
    {
        Assert.Equal(0, AllocatedByWatchdogs(read: true));
        Assert.Equal(0, _notifier.Failures);
    }

    [Fact]
    public void TheWatchdogAllocatesNothingOnAFullSocketEither()
    {
        Assert.Equal(0, AllocatedByWatchdogs(read: false));
        Assert.InRange(_notifier.Failures, 3400, 3599);
    }

    /// <summary>The least of a few rounds: the runtime's own threads may charge this one with something of theirs, once.</summary>
    long AllocatedByWatchdogs(bool read) => Math.Min(OneRound(read), Math.Min(OneRound(read), OneRound(read)));

    long OneRound(bool read)
    {
        long allocated = 0;
        for (var i = 0; i < 1200; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _notifier.Watchdog();
            var after = GC.GetAllocatedBytesForCurrentThread();
            if (i >= 200)
                allocated += after - before;
            if (read)
                _manager.Discard();
        }

        return allocated;
    }

    [Fact]
    public void AFullSocketIsCountedAndNotWaitedFor()
    {
        var time = Stopwatch.StartNew();
        for (var i = 0; i < 2000; i++)
            _notifier.Watchdog();

        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(2000, _notifier.Failures + _manager.Drain());
        Assert.InRange(_notifier.Failures, 1, 1999);
        Assert.True(_notifier.Status("room again"));
        Assert.Equal("STATUS=room again", _manager.ReceiveText());
    }

    [Fact]
    public void AVanishedReceiverIsCountedAndFoundAgainWhenItIsBack()
    {
        Assert.True(_notifier.Watchdog());
        _manager.Dispose();
        Assert.False(_notifier.Watchdog());
        Assert.False(_notifier.Watchdog());
        Assert.Equal(2, _notifier.Failures);

        using var back = new Receiver(_manager.Path);
        Assert.True(_notifier.Watchdog());
        Assert.Equal("WATCHDOG=1", back.ReceiveText());
        Assert.Equal(2, _notifier.Failures);
    }

    [Fact]
    public void AReceiverThatRestartedBetweenTwoMessagesMissesNone()
    {
        Assert.True(_notifier.Watchdog());
        _manager.Dispose();
        using var back = new Receiver(_manager.Path);
        Assert.True(_notifier.Watchdog());
        Assert.Equal("WATCHDOG=1", back.ReceiveText());
        Assert.Equal(0, _notifier.Failures);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("vsock:2:1234")]
    [InlineData("relative/path")]
    public void WithoutAUsableAddressNothingIsSentAndNobodyWatches(string? path)
    {
        using var notifier = new Notifier(path, TimeSpan.FromSeconds(3));
        Assert.False(notifier.Enabled);
        Assert.Null(notifier.WatchdogInterval);
        Assert.False(notifier.Ready("ok") || notifier.Reloading() || notifier.Watchdog() || notifier.Stopping("bye"));
        Assert.Equal(0, notifier.Failures);
    }

    [Fact]
    public void AnAddressTooLongForASocketIsAFailureAndNotAnException()
    {
        using var notifier = new Notifier("/" + new string('x', 200), null);
        Assert.False(notifier.Ready("ok"));
        Assert.Equal(1, notifier.Failures);
    }

    [Fact]
    public void ADisposedNotifierStaysSilent()
    {
        _notifier.Watchdog();
        _manager.Receive();
        _notifier.Dispose();
        Assert.False(_notifier.Watchdog());
        Assert.True(_manager.IsEmpty);
    }
}
