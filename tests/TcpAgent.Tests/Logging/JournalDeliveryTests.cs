using System.Diagnostics;
using Serilog.Events;
using TcpAgent.Logging;

namespace TcpAgent.Tests.Logging;

/// <summary>How entries arrive: big ones, and at a journal that is slow, gone or back.</summary>
public sealed class JournalDeliveryTests : IDisposable
{
    const int AllSeals = 0xf;

    readonly TempFolder _folder = new();
    readonly Receiver _journald;
    readonly JournalSink _sink;

    public JournalDeliveryTests()
    {
        _journald = new Receiver(_folder.File("socket"));
        _sink = new JournalSink(_ => null, _journald.Path);
    }

    public void Dispose()
    {
        _sink.Dispose();
        _journald.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(150_000, false)]
    [InlineData(600_000, true)]
    public void ABigEntryArrivesOneWayOrTheOther(int length, bool asFile)
    {
        var text = new string('x', length);
        _sink.Emit(Events.Of(LogEventLevel.Error, "{Text}", ("Text", text[..(length / 2)])));
        Assert.Equal(0, _sink.Dropped);
        var entry = asFile ? ReadSealed() : _journald.Receive();
        Assert.Contains(("MESSAGE", text[..(length / 2)]), JournalParser.Parse(entry));
        Assert.Contains(("TCPAGENT_TEXT", text[..(length / 2)]), JournalParser.Parse(entry));
    }

    [Fact]
    public void AfterABigEntrySmallOnesAreWholeAgain()
    {
        _sink.Emit(Events.Of(LogEventLevel.Error, new string('x', 600 * 1024)));
        Assert.Contains(("MESSAGE", new string('x', 600 * 1024)), JournalParser.Parse(ReadSealed()));
        _sink.Emit(Events.Of(LogEventLevel.Error, "small"));
        Assert.Equal("MESSAGE=small\nPRIORITY=3\nSYSLOG_IDENTIFIER=tcp-agent\n", _journald.ReceiveText());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300_000)]
    public void AJournalThatDoesNotReadIsNotWaitedFor(int length)
    {
        var logEvent = Events.Of(LogEventLevel.Error, new string('x', length));
        var time = Stopwatch.StartNew();
        for (var i = 0; i < 600; i++)
            _sink.Emit(logEvent);

        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.InRange(_sink.Dropped, 1, 599);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300_000)]
    public void AJournalThatRestartedBetweenTwoEntriesMissesNone(int length)
    {
        _sink.Emit(Events.Of(LogEventLevel.Error, "before"));
        _journald.Dispose();
        using var back = new Receiver(_journald.Path);
        _sink.Emit(Events.Of(LogEventLevel.Error, new string('x', length)));
        Assert.Equal(0, _sink.Dropped);
        if (length == 10)
            Assert.Contains(("MESSAGE", "xxxxxxxxxx"), JournalParser.Parse(back.Receive()));
        else
            back.ReceiveFile().Dispose();
    }

    [Fact]
    public void AJournalThatIsGoneCostsTheEntriesUntilItIsBack()
    {
        _sink.Emit(Events.Of(LogEventLevel.Error, "before"));
        _journald.Dispose();
        _sink.Emit(Events.Of(LogEventLevel.Error, "lost"));
        _sink.Emit(Events.Of(LogEventLevel.Error, new string('x', 300_000)));
        Assert.Equal(2, _sink.Dropped);

        using var back = new Receiver(_journald.Path);
        _sink.Emit(Events.Of(LogEventLevel.Error, "after"));
        Assert.Equal("MESSAGE=after\nPRIORITY=3\nSYSLOG_IDENTIFIER=tcp-agent\n", back.ReceiveText());
        Assert.Equal(2, _sink.Dropped);
    }

    [Fact]
    public void ASinkWithoutAJournalOrDisposedDropsAndDoesNotThrow()
    {
        using var sink = new JournalSink(_ => null, _folder.File("absent"));
        sink.Emit(Events.Of(LogEventLevel.Error, "x"));
        _sink.Dispose();
        _sink.Emit(Events.Of(LogEventLevel.Error, "x"));
        Assert.Equal((1, 1), (sink.Dropped, _sink.Dropped));
    }

    [Fact]
    public void ThreadsDoNotMixTheirEntries()
    {
        var received = new List<byte[]>();
        var stop = false;
        var threads = new List<Thread>();
        for (var name = 'a'; name <= 'd'; name++)
        {
            var text = new string(name, 2000 + name);
            threads.Add(new Thread(() =>
            {
                while (!Volatile.Read(ref stop))
                    _sink.Emit(Events.Of(LogEventLevel.Error, text));
            }));
        }

        threads.ForEach(thread => thread.Start());
        for (var i = 0; i < 5000; i++)
            received.Add(_journald.Receive());
        Volatile.Write(ref stop, true);
        threads.ForEach(thread => thread.Join());

        Assert.All(received, entry =>
        {
            var fields = JournalParser.Parse(entry);
            Assert.Equal(3, fields.Count);
            Assert.Equal(new string(fields[0].Value[0], 2000 + fields[0].Value[0]), fields[0].Value);
        });
    }

    byte[] ReadSealed()
    {
        using var file = _journald.ReceiveFile();
        Assert.Equal(AllSeals, TestLibc.fcntl((int)file.DangerousGetHandle(), TestLibc.F_GET_SEALS, 0));
        var bytes = new byte[RandomAccess.GetLength(file)];
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, 0));
        return bytes;
    }
}
