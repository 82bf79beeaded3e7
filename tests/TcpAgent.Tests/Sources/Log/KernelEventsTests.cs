using System.Text;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

public sealed class KernelEventsTests : IDisposable
{
    const string Orphans = "TCP: too many orphaned sockets";

    readonly FakeKernelLog _log = new();
    readonly ManualTime _time = new();
    readonly KernelEvents _source;

    public KernelEventsTests() => _source = new KernelEvents(_log, _time);

    public void Dispose() => _source.Dispose();

    ReadStatus Read(bool isSlow = false) => _source.Read(new Tick(0, _time.Now, isSlow));

    long? Events(string name) => _source.Value("tcpagent_kernel_events_total", $"event=\"{name}\"");

    void Shows(Expected orphans = default, Expected flooding = default, Expected suppressed = default, Expected missed = default,
        Expected port = default)
    {
        new Facts("the log").Is(orphans, Events("too_many_orphans")).Is(flooding, Events("syn_flooding"))
            .Is(suppressed, Events("suppressed")).Is(missed, _source.Value("tcpagent_kernel_log_records_missed_total"))
            .Is(port, _source.Value("tcpagent_kernel_event_flooded_port")).Verify();
    }

    [Fact]
    public void ALogWithoutSuchALineCountsZero()
    {
        _log.Say(7, "Linux version 6.18");
        Assert.Equal(ReadStatus.Ok, Read());
        Shows(orphans: 0, flooding: 0, suppressed: 0, missed: 0, port: Absent);
        Assert.Null(_source.Value("tcpagent_kernel_event_age_too_many_orphans"));
    }

    [Fact]
    public void LinesAreCountedFromTickToTick()
    {
        _log.Say(7, Orphans);
        Read();
        _log.Say(8, Orphans);
        _log.Say(9, Orphans);
        Read();
        Shows(orphans: 3, flooding: 0);
    }

    [Fact]
    public void OfAFloodThePortIsKept()
    {
        _log.Say(7, "TCP: request_sock_TCP: Possible SYN flooding on port 10.91.0.1:8080. Sending cookies.");
        Read();
        Read();
        Shows(flooding: 1, port: 8080);
    }

    [Fact]
    public void TheAgeIsThatOfTheLastLineOfTheKind()
    {
        _log.Say(7, Orphans);
        Read();
        _time.Advance(TimeSpan.FromSeconds(3));
        _log.Say(8, "Linux version 6.18");
        Read();
        Assert.Equal(3 * ManualTime.Second, _source.Value("tcpagent_kernel_event_age_too_many_orphans"));
        Assert.Null(_source.Value("tcpagent_kernel_event_age_conntrack_full"));
    }

    /// <summary>The kernel does not say of which kind they were.</summary>
    [Fact]
    public void SuppressedLinesAreAnEventOfTheirOwn()
    {
        _log.Say(7, Orphans);
        _log.Say(8, "net_ratelimit: 98 callbacks suppressed");
        _log.Say(9, "net_ratelimit: 2 callbacks suppressed");
        Read();
        Shows(orphans: 1, suppressed: 100);
    }

    /// <summary>Any process that may write into /dev/kmsg says what it likes; the kernel marks it with another facility.</summary>
    [Fact]
    public void WhatAProgramWritesIntoTheLogIsNoEvent()
    {
        _log.Write(Encoding.ASCII.GetBytes($"14,7,1,-;{Orphans}\n"));
        _log.Write(Encoding.ASCII.GetBytes($"8,8,1,-;{Orphans}\n"));
        Assert.Equal(ReadStatus.Ok, Read());
        Shows(orphans: 0, missed: 0);
    }

    [Fact]
    public void AGapInTheSequenceIsMissed()
    {
        _log.Fail(Libc.EINTR);
        _log.Say(7, Orphans);
        _log.Fail(Libc.EPIPE);
        _log.Say(20, Orphans);
        Assert.Equal(ReadStatus.Ok, Read());
        Shows(orphans: 2, missed: 12);
    }

    [Fact]
    public void ARecordThatIsTooLongIsSkippedAndMissed()
    {
        _log.Say(7, Orphans);
        _log.Say(8, new string('x', 9000));
        _log.Say(9, Orphans);
        Assert.Equal(ReadStatus.Ok, Read());
        Shows(orphans: 2, missed: 1);
    }

    [Fact]
    public void WhatIsLostBeforeTheFirstRecordCountsAsOne()
    {
        _log.Fail(Libc.EPIPE);
        _log.Say(2000, Orphans);
        Read();
        Shows(orphans: 1, missed: 1);
    }

    [Theory]
    [InlineData("no header\n")]
    [InlineData("6,8,1,-;TCP: too many orphaned sockets")]
    [InlineData("6,7,1,-;TCP: too many orphaned sockets\n")]
    [InlineData("6,6,1,-;TCP: too many orphaned sockets\n")]
    [InlineData("")]
    [InlineData("\0\u00ff\u0080\n;,\n")]
    public void ATornRecordAndOneThatComesAgainAreLeftOut(string record)
    {
        _log.Say(7, Orphans);
        _log.Write(Encoding.Latin1.GetBytes(record));
        _log.Say(9, Orphans);
        Read().Shows(Outcome.Partial, line: 2);
        Shows(orphans: 2);
        Assert.Equal(1, _source.Malformed);
    }

    [Fact]
    public void ATickReadsSoManyRecordsAndTheNextTheRest()
    {
        for (var number = 0; number < KernelEvents.MostRecords + 20; number++)
            _log.Say(number, Orphans);
        Read();
        Shows(orphans: KernelEvents.MostRecords);
        Read();
        Shows(orphans: KernelEvents.MostRecords + 20, missed: 0);
    }

    [Theory]
    [InlineData(Libc.EPERM)]
    [InlineData(Libc.EACCES)]
    [InlineData(Libc.ENOENT)]
    public void ALogThatItMayNotOpenIsDeniedAndTriedOnceOnly(int errno)
    {
        _log.OpenErrno = errno;
        for (var tick = 0; tick < 5; tick++)
            Read(isSlow: true).Shows(Outcome.Denied, errno: errno, file: "/dev/kmsg");
        Shows(orphans: Absent, flooding: Absent, suppressed: Absent, missed: Absent, port: Absent);
        Assert.Equal((1, 0), (_log.Opens, _log.Reads));
    }

    [Fact]
    public void AfterAReloadItIsTriedAgain()
    {
        _log.OpenErrno = Libc.EPERM;
        Read();
        _log.OpenErrno = 0;
        _source.Reopen();
        Assert.Equal(ReadStatus.Ok, Read());
        Shows(orphans: 0);
    }

    [Fact]
    public void AReloadMissesNothingOfALogThatIsOpen()
    {
        _log.Say(7, Orphans);
        Read();
        _source.Reopen();
        _log.Say(8, Orphans);
        Read();
        Shows(orphans: 2, missed: 0);
        Assert.Equal(1, _log.Opens);
        Assert.False(_log.IsDisposed);
    }

    /// <summary>Too many open files, for example: the slow lane tries again.</summary>
    [Fact]
    public void AnOpenThatFailsHeals()
    {
        _log.OpenErrno = Libc.EMFILE;
        Read(isSlow: true).Shows(Outcome.Failed, errno: Libc.EMFILE);
        _log.OpenErrno = 0;
        Read().Shows(Outcome.Failed, errno: Libc.EMFILE);
        Assert.Equal(ReadStatus.Ok, Read(isSlow: true));
        Shows(orphans: 0);
    }

    [Fact]
    public void AReadThatFailsWithdrawsTheCountsUntilItWorksAgain()
    {
        _log.Say(7, Orphans);
        Read();
        _log.Fail(Libc.EIO);
        Read().Shows(Outcome.Failed, errno: Libc.EIO);
        Shows(orphans: Absent, missed: Absent);
        Read();
        Shows(orphans: 1, missed: 0);
    }

    [Fact]
    public void WhereAnotherKernelsFilesAreReadItIsAbsent()
    {
        using var source = new KernelEvents(null, _time);
        Assert.Equal(ReadStatus.Absent, source.Read());
    }

    [Fact]
    public void ATickAllocatesNothing()
    {
        Read();
        long allocated = 0;
        for (var number = 0; number < 100; number++)
        {
            _log.Say(number, Orphans);
            _log.Write("garbage\n"u8.ToArray());
            var before = GC.GetAllocatedBytesForCurrentThread();
            Read();
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
        Shows(orphans: 100);
    }

    [Fact]
    public void ItClosesTheLog()
    {
        Read();
        _source.Dispose();
        Assert.True(_log.IsDisposed);
    }
}
