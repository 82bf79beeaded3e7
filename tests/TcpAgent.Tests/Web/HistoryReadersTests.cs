using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>Who may read the history, and who gives way, by a clock of the test's.</summary>
public class HistoryReadersTests
{
    sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public void Abort() => RequestAborted = new CancellationToken(canceled: true);
    }

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    readonly ManualTime _time = new();
    readonly HistoryReaders _readers;

    public HistoryReadersTests() => _readers = new HistoryReaders(2, _time);

    Task<HistoryReader?> Begin(string client)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(client);
        context.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime());
        return _readers.Begin(context);
    }

    /// <summary>A reader whose client takes nothing.</summary>
    async Task<(HistoryReader Reader, Task Sending)> Stalled(string client)
    {
        var reader = await Begin(client);
        Assert.NotNull(reader);
        await reader.Turn().WaitAsync(s_patience);
        var output = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1)).Writer;
        output.GetSpan(1);
        output.Advance(1);
        return (reader, reader.Send(output));
    }

    [Fact]
    public async Task AReaderWhoseClientIsSlowGivesWayToTheNext()
    {
        var (first, sendingFirst) = await Stalled("192.0.2.1");
        var (second, _) = await Stalled("192.0.2.1");
        var third = Begin("198.51.100.1");
        await Task.Delay(200);
        Assert.False(third.IsCompleted);
        Assert.False(sendingFirst.IsCompleted);

        _time.Advance(HistoryReaders.Patience);
        Assert.NotNull(await third.WaitAsync(s_patience));
        HistoryReader[] both = [first, second];
        Assert.Single(both, one => one.Context.RequestAborted.IsCancellationRequested);
    }

    [Fact]
    public async Task AReaderThatIsNotSlowKeepsItsPlaceAndTheOtherIsTurnedAway()
    {
        var first = await Begin("192.0.2.1");
        var second = await Begin("192.0.2.2");
        _time.Advance(TimeSpan.FromMinutes(1));
        var third = Begin("192.0.2.3");
        await Task.Delay(200);
        Assert.False(third.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(await third.WaitAsync(s_patience));
        Assert.False(first!.Context.RequestAborted.IsCancellationRequested || second!.Context.RequestAborted.IsCancellationRequested);

        first.Dispose();
        Assert.NotNull(await Begin("192.0.2.3"));
    }

    [Fact]
    public async Task AFreePlaceIsForTheClientThatHasTheFewest()
    {
        var first = await Begin("192.0.2.1");
        var second = await Begin("192.0.2.1");
        var same = Begin("192.0.2.1");
        var other = Begin("198.51.100.1");
        first!.Dispose();
        Assert.NotNull(await other.WaitAsync(s_patience));
        Assert.False(same.IsCompleted);
        second!.Dispose();
        Assert.NotNull(await same.WaitAsync(s_patience));
    }

    [Fact]
    public async Task OneClientCannotFillTheQueue()
    {
        _ = await Begin("192.0.2.1");
        _ = await Begin("192.0.2.1");
        var flood = Enumerable.Range(0, 100).Select(_ => Begin("192.0.2.1")).ToArray();
        Assert.InRange(flood.Count(one => !one.IsCompleted), 1, 8);
        Assert.False(Begin("198.51.100.1").IsCompleted);
    }

    [Fact]
    public async Task ATurnThatIsHeldMakesOthersWaitAndATurnThatEndedDoesNot()
    {
        var (first, second) = ((await Begin("192.0.2.1"))!, (await Begin("192.0.2.2"))!);
        await first.Turn();
        var waiting = second.Turn();
        await Task.Delay(50);
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        await waiting.WaitAsync(s_patience);
    }

    /// <summary>A turn that ends on another thread is charged by the clock: three seconds, of a reserve of one.</summary>
    [Fact]
    public async Task WhatATurnCostIsTakenFromTheClientsShareAndFromThatOfAll()
    {
        var first = (await Begin("192.0.2.1"))!;
        await first.Turn();
        _time.Advance(TimeSpan.FromSeconds(3));
        var end = new Thread(first.Dispose);
        end.Start();
        end.Join();

        // All clients together have a quarter of a CPU and wait for eight seconds, that client a tenth and waits for twenty.
        var other = (await Begin("198.51.100.1"))!;
        var (same, others) = ((await Begin("192.0.2.1"))!.Turn(), other.Turn());
        await Task.Delay(100);
        Assert.False(others.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(8.1));
        await others.WaitAsync(s_patience);
        other.Dispose();
        await Task.Delay(100);
        Assert.False(same.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(12));
        await same.WaitAsync(s_patience);
    }
}
