using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

public sealed class UnixListenersTests : IDisposable
{
    const long Ok = 0, Near = 1, Limiting = 2;

    const string Php = "/run/php/php8.2-fpm.sock";

    readonly UnixListenersRig _rig = new();

    public void Dispose() => _rig.Dispose();

    (long? Length, long? Limit, long? Peak) PhpFpm =>
        (_rig.Value("accept_queue_length", Php), _rig.Value("accept_queue_limit", Php), _rig.Value("accept_queue_peak", Php));

    [Fact]
    public void AQueueAboveItsLimitLimitsAndIsNamed()
    {
        _rig.Tick((Php + '\0', 1, 9, 8), ("/run/docker.sock\0", 2, 0, 4096));
        Assert.Equal(ReadStatus.Ok, _rig.TickAgain());
        Assert.Equal((9, 8, 9), PhpFpm);
        Assert.Equal((Limiting, 9, 8, 9), (_rig.State, _rig.Used, _rig.Limit, _rig.Peak));
        Assert.Equal($"resource=\"accept_queue_unix\",subject=\"{Php}\"", _rig.Subject);
        Assert.Equal((2, 0, 0), (_rig.Total(""), _rig.Total("_omitted"), _rig.Total("_age_seconds")));
    }

    /// <summary>net/unix/af_unix.c, unix_recvq_full: as many as the backlog may wait.</summary>
    [Fact]
    public void AQueueAtItsLimitIsNear()
    {
        _rig.Tick((Php, 1, 128, 128));
        Assert.Equal(Near, _rig.State);
    }

    [Theory]
    [InlineData(0, 1, Ok)]
    [InlineData(1, 2, Ok)]
    [InlineData(8, 9, Ok)]
    [InlineData(16, 17, Limiting)]
    [InlineData(20, 16, Near)]
    public void AShortQueueSeenOnceIsNothing(int limit, int length, long state)
    {
        _rig.Tick((Php, 1, 0, limit));
        _rig.Tick((Php, 1, length, limit));
        _rig.Tick((Php, 1, 0, limit));
        Assert.Equal(state, _rig.State);
    }

    /// <summary>Clients that connect at full speed: every look finds it full, and some further read does not.</summary>
    [Fact]
    public void AShortQueueThatIsEmptiedBetweenTwoReadsIsNothing()
    {
        for (var i = 0; i < 20; i++)
        {
            _rig.Rereads.Clear();
            foreach (var length in (int[])[2, 2, 2, 2, i % 3, 2])
                _rig.Rereads.Enqueue(length);
            _rig.Tick((Php, 1, 2, 1));
            Assert.NotEqual(Limiting, _rig.State);
        }
    }

    [Theory]
    [InlineData(0, 1, Limiting)]
    [InlineData(1, 2, Limiting)]
    [InlineData(8, 7, Near)]
    [InlineData(5, 5, Near)]
    [InlineData(8, 3, Ok)]
    [InlineData(1, 1, Ok)]
    [InlineData(4, 4, Ok)]
    public void AShortQueueSeenTwiceRunningIs(int limit, int length, long state)
    {
        _rig.Tick((Php, 1, length, limit));
        _rig.Tick((Php, 1, length, limit));
        Assert.Equal(state, _rig.State);
    }

    [Fact]
    public void IdleListenersAreCountedAndNotTold()
    {
        _rig.Tick([.. Enumerable.Range(1, 60).Select(i => ($"/run/{i}", (ulong)i, 0, 4096 - i))]);
        Assert.Empty(_rig.Source[UnixListeners.Rows].Keys());
        Assert.Equal((60, Ok, 0, 4036), (_rig.Total(""), _rig.State, _rig.Used, _rig.Limit));
        Assert.Equal("", _rig.Subject);
    }

    [Fact]
    public void OneThatWasBusyIsToldForTheWindow()
    {
        _rig.Tick((Php, 1, 3, 128));
        _rig.Tick((Php, 1, 0, 128));
        Assert.Equal((0, 128, 3), PhpFpm);
        for (var i = 0; i < 61; i++)
            _rig.TickAgain();
        Assert.Null(_rig.Value("accept_queue_length", Php));

        // It is the same when it is busy again.
        _rig.Tick((Php, 1, 5, 128));
        Assert.Equal(5, _rig.Value("accept_queue_length", Php));
    }

    [Fact]
    public void SocketsOfOneNameShowTheFullest()
    {
        _rig.Tick((Php, 1, 4, 4096), (Php, 2, 130, 128), (Php, 3, 1, 4096));
        Assert.Equal((130, 128), (_rig.Value("accept_queue_length", Php), _rig.Value("accept_queue_limit", Php)));
        Assert.Single(_rig.Source[UnixListeners.Rows].Keys());
    }

    [Fact]
    public void AnAbstractNameAndAStrangeOneAreTold()
    {
        _rig.Tick(("\0php-fpm", 1, 20, 16), ("a\n\"b\"", 2, 17, 128));
        Assert.Equal((20, 17), (_rig.Value("accept_queue_length", "@php-fpm"), _rig.Value("accept_queue_length", @"a\\x0a\\x22b\\x22")));
        Assert.Equal("resource=\"accept_queue_unix\",subject=\"@php-fpm\"", _rig.Subject);
    }

    [Fact]
    public void OfManyTheFullestAreToldAndTheRestCounted()
    {
        _rig.Tick([.. Enumerable.Range(1, 400).Select(i => ($"/run/{i}", (ulong)i, i, 100))]);
        Assert.Equal(32, _rig.Source[UnixListeners.Rows].Count);
        Assert.Equal(400, _rig.Value("accept_queue_length", "/run/400"));
        Assert.Equal((400, 368), (_rig.Total(""), _rig.Total("_omitted")));
        Assert.Equal(Limiting, _rig.State);
    }

    /// <summary>A path that is bound again and again is one name, and is followed however often.</summary>
    [Fact]
    public void RestartsAreFollowed()
    {
        for (var i = 1ul; i < 2_000; i++)
            _rig.Tick((Php, i, 20, 128));
        Assert.Equal(20, _rig.Value("accept_queue_length", Php));
        for (var i = 3_000; i < 3_700; i++)
            _rig.Tick(($"/run/{i}", (ulong)i, 20, 128));
        Assert.Equal(20, _rig.Value("accept_queue_length", "/run/3699"));
        Assert.InRange(_rig.Source.Known.Count, 1, UnixListenerTable.MaxListeners);
    }

    [Theory]
    [InlineData(Libc.ENOENT)]
    [InlineData(Libc.EOPNOTSUPP)]
    public void WithoutTheModuleItIsAbsentAndAskedOnceAMinute(int errno)
    {
        _rig.Broken = errno;
        Assert.Equal(Outcome.Absent, _rig.TickAgain().Outcome);
        var asked = _rig.Asked;
        for (var i = 0; i < 50; i++)
            _rig.TickAgain();
        Assert.Equal((asked, null), (_rig.Asked, _rig.State));
        _rig.Broken = 0;
        for (var i = 0; i < 10; i++)
            _rig.Tick((Php, 1, 20, 16));
        Assert.Equal(Limiting, _rig.State);
    }

    [Fact]
    public void AFailureWithdrawsAndIsTriedAgain()
    {
        _rig.Tick((Php, 1, 3, 128));
        _rig.Broken = Libc.EPERM;
        Assert.Equal(new ReadStatus(Outcome.Failed, "unix_diag", Libc.EPERM), _rig.TickAgain());
        Assert.Null(_rig.Value("accept_queue_length", Php));
        _rig.Broken = 0;
        Assert.Equal(ReadStatus.Ok, _rig.TickAgain());
        Assert.Equal(3, _rig.Value("accept_queue_length", Php));
    }
}
