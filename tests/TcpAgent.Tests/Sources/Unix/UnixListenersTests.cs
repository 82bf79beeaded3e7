using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

public sealed class UnixListenersTests : IDisposable
{
    const ResourceState Ok = ResourceState.Ok, Near = ResourceState.Near, Limiting = ResourceState.Limiting;

    const string Php = "/run/php/php8.2-fpm.sock";

    readonly UnixListenersRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void AQueueAboveItsLimitLimitsAndIsNamed()
    {
        _rig.Tick((Php + '\0', 1, 9, 8), ("/run/docker.sock\0", 2, 0, 4096));
        Assert.Equal(ReadStatus.Ok, _rig.TickAgain());
        _rig.Shows(Php, queue: 9, limit: 8, peak: 9);
        _rig.ShowsQueues(state: Limiting, used: 9, limit: 8, peak: 9, subject: Php);
        _rig.ShowsTotals(listeners: 2, omitted: 0, ageNs: 0);
    }

    /// <summary>net/unix/af_unix.c, unix_recvq_full: the queue takes one connection more than the backlog.</summary>
    [Fact]
    public void AQueueAtItsLimitIsNear()
    {
        _rig.Tick((Php, 1, 128, 128));
        _rig.ShowsQueues(state: Near);
    }

    [Theory]
    [InlineData(0, 1, nameof(Ok))]
    [InlineData(1, 2, nameof(Ok))]
    [InlineData(8, 9, nameof(Ok))]
    [InlineData(16, 17, nameof(Limiting))]
    [InlineData(20, 16, nameof(Near))]
    public void AShortQueueSeenFullOnceIsOk(int limit, int length, string state)
    {
        _rig.Tick((Php, 1, 0, limit));
        _rig.Tick((Php, 1, length, limit));
        _rig.Tick((Php, 1, 0, limit));
        _rig.ShowsQueues(state: Enum.Parse<ResourceState>(state));
    }

    /// <summary>Clients connect at full speed: every scan finds the queue full, but a second read sometimes does not.</summary>
    [Fact]
    public void AShortQueueThatIsEmptiedBetweenTwoReadsIsNoLimit()
    {
        for (var i = 0; i < 20; i++)
        {
            _rig.Rereads.Clear();
            foreach (var length in (int[])[2, 2, 2, 2, i % 3, 2])
                _rig.Rereads.Enqueue(length);
            _rig.Tick((Php, 1, 2, 1));
            Assert.NotEqual((long)Limiting, _rig.Monitor.Metric("state", "accept_queue_unix"));
        }
    }

    [Theory]
    [InlineData(0, 1, nameof(Limiting))]
    [InlineData(1, 2, nameof(Limiting))]
    [InlineData(8, 7, nameof(Near))]
    [InlineData(5, 5, nameof(Near))]
    [InlineData(8, 3, nameof(Ok))]
    [InlineData(1, 1, nameof(Ok))]
    [InlineData(4, 4, nameof(Ok))]
    public void AShortQueueSeenTwiceRunningCounts(int limit, int length, string state)
    {
        _rig.Tick((Php, 1, length, limit));
        _rig.Tick((Php, 1, length, limit));
        _rig.ShowsQueues(state: Enum.Parse<ResourceState>(state));
    }

    [Fact]
    public void IdleListenersAreCountedButNotExported()
    {
        _rig.Tick([.. Enumerable.Range(1, 60).Select(i => ($"/run/{i}", (ulong)i, 0, 4096 - i))]);
        Assert.Empty(_rig.Source[UnixListeners.Rows].Keys());
        _rig.ShowsTotals(listeners: 60);
        _rig.ShowsQueues(state: Ok, used: 0, limit: 4036, subject: "");
    }

    [Fact]
    public void AListenerThatWasBusyIsExportedForTheWindow()
    {
        _rig.Tick((Php, 1, 3, 128));
        _rig.Tick((Php, 1, 0, 128));
        _rig.Shows(Php, queue: 0, limit: 128, peak: 3);
        for (var i = 0; i < 61; i++)
            _rig.TickAgain();
        _rig.Shows(Php, queue: Absent);
    }

    [Fact]
    public void AListenerThatIsBusyAgainIsExportedAgain()
    {
        _rig.Tick((Php, 1, 3, 128));
        _rig.Tick((Php, 1, 0, 128));
        for (var i = 0; i < 61; i++)
            _rig.TickAgain();
        _rig.Tick((Php, 1, 5, 128));
        _rig.Shows(Php, queue: 5);
    }

    [Fact]
    public void SocketsOfOneNameShowTheFullest()
    {
        _rig.Tick((Php, 1, 4, 4096), (Php, 2, 130, 128), (Php, 3, 1, 4096));
        _rig.Shows(Php, queue: 130, limit: 128);
        Assert.Single(_rig.Source[UnixListeners.Rows].Keys());
    }

    [Fact]
    public void AbstractAndStrangeNamesAreExported()
    {
        _rig.Tick(("\0php-fpm", 1, 20, 16), ("a\n\"b\"", 2, 17, 128));
        _rig.Shows("@php-fpm", queue: 20);
        _rig.Shows(@"a\\x0a\\x22b\\x22", queue: 17);
        _rig.ShowsQueues(subject: "@php-fpm");
    }

    [Fact]
    public void OfManyTheFullestAreExportedAndTheRestCounted()
    {
        _rig.Tick([.. Enumerable.Range(1, 400).Select(i => ($"/run/{i}", (ulong)i, i, 100))]);
        _rig.ShowsTotals(exported: 32, listeners: 400, omitted: 368);
        _rig.Shows("/run/400", queue: 400);
        _rig.ShowsQueues(state: Limiting);
    }

    /// <summary>A path that is bound again and again is one name, followed however often.</summary>
    [Fact]
    public void AListenerIsFollowedThroughManyRestarts()
    {
        for (var i = 1ul; i < 2_000; i++)
            _rig.Tick((Php, i, 20, 128));
        _rig.Shows(Php, queue: 20);
    }

    [Fact]
    public void NamesThatComeAndGoDoNotFillTheTable()
    {
        for (var i = 3_000; i < 3_700; i++)
            _rig.Tick(($"/run/{i}", (ulong)i, 20, 128));
        _rig.Shows("/run/3699", queue: 20);
        Assert.InRange(_rig.Source.Known.Count, 1, UnixListenerTable.MaxListeners);
    }

    [Theory]
    [InlineData(Libc.ENOENT)]
    [InlineData(Libc.EOPNOTSUPP)]
    public void WithoutTheModuleItIsAbsentAndTheKernelIsAskedOnceAMinute(int errno)
    {
        _rig.Broken = errno;
        Assert.Equal(Outcome.Absent, _rig.TickAgain().Outcome);
        var asked = _rig.Asked;
        for (var i = 0; i < 50; i++)
            _rig.TickAgain();
        Assert.Equal(asked, _rig.Asked);
        Assert.Null(_rig.Monitor.Metric("state", "accept_queue_unix"));
        _rig.Broken = 0;
        for (var i = 0; i < 10; i++)
            _rig.Tick((Php, 1, 20, 16));
        _rig.ShowsQueues(state: Limiting);
    }

    [Fact]
    public void AFailureWithdrawsAndIsTriedAgain()
    {
        _rig.Tick((Php, 1, 3, 128));
        _rig.Broken = Libc.EPERM;
        Assert.Equal(new ReadStatus(Outcome.Failed, "unix_diag", Libc.EPERM), _rig.TickAgain());
        _rig.Shows(Php, queue: Absent);
        _rig.Broken = 0;
        Assert.Equal(ReadStatus.Ok, _rig.TickAgain());
        _rig.Shows(Php, queue: 3);
    }
}
