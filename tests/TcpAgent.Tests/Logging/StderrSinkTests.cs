using System.Diagnostics;
using Serilog.Core;
using Serilog.Events;
using TcpAgent.Logging;

namespace TcpAgent.Tests.Logging;

/// <summary>What happens to those who log when nobody reads, and when nothing can be written.</summary>
public class StderrSinkTests
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    sealed class Console(Action<LogEvent> write) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => write(logEvent);
    }

    static LogEvent Line(int number) => Events.Of(LogEventLevel.Error, "line", ("Number", number));

    [Fact]
    public void LinesAreWrittenInOrderAndAllBeforeTheEnd()
    {
        var written = new List<string>();
        using (var sink = new StderrSink(new Console(line => written.Add(line.Properties["Number"].ToString()))))
            for (var i = 0; i < 100; i++)
                sink.Emit(Line(i));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), written);
    }

    [Fact]
    public void AReaderThatHangsDelaysNeitherTheCallerNorTheEnd()
    {
        // A sink that waits for its reader fails this test and does not hang it.
        using var never = new ManualResetEventSlim();
        using var limit = new Timer(_ => never.Set(), null, s_patience, Timeout.InfiniteTimeSpan);
        var clock = Stopwatch.StartNew();
        var sink = new StderrSink(new Console(_ => never.Wait()));
        const int Lines = 3 * StderrSink.Capacity;
        for (var i = 0; i < Lines; i++)
            sink.Emit(Line(i));
        Assert.InRange(sink.Dropped, Lines - StderrSink.Capacity - 1, Lines - StderrSink.Capacity);
        sink.Dispose();
        sink.Emit(Line(0));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, s_patience / 2);
        never.Set();
    }

    [Fact]
    public void WhatCannotBeWrittenIsCountedAndTheNextLineIsTried()
    {
        var written = 0;
        var sink = new StderrSink(new Console(line =>
        {
            if (line.Properties["Number"].ToString() is "1" or "2")
                throw new IOException("No space left on device");
            written++;
        }));
        for (var i = 0; i < 5; i++)
            sink.Emit(Line(i));
        sink.Dispose();
        Assert.Equal((3, 2), (written, sink.Dropped));
    }
}
