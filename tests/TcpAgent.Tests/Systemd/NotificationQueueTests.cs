using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;
using NSubstitute;
using TcpAgent.Systemd;

namespace TcpAgent.Tests.Systemd;

public sealed class NotificationQueueTests : IDisposable
{
    static readonly ServiceState s_alive = new("WATCHDOG=1");

    readonly ISystemdNotifier _systemd = Substitute.For<ISystemdNotifier>();
    readonly ListLogger _log = new();
    readonly List<string> _delivered = [];
    readonly ManualResetEventSlim _reads = new(initialState: true);
    SocketException? _failure;

    public NotificationQueueTests()
    {
        _systemd.IsEnabled.Returns(true);
        _systemd.When(systemd => systemd.Notify(Arg.Any<ServiceState>())).Do(call =>
        {
            _reads.Wait();
            if (Volatile.Read(ref _failure) is { } failure)
                throw failure;
            lock (_delivered)
                _delivered.Add(call.Arg<ServiceState>().ToString());
        });
    }

    public void Dispose()
    {
        _reads.Set();
        _reads.Dispose();
    }

    [Fact]
    public void AllIsDeliveredInOrderAndBeforeTheEnd()
    {
        _reads.Reset();
        using (var queue = new NotificationQueue(_systemd, _log))
        {
            Assert.True(queue.IsEnabled);
            for (var i = 0; i < NotificationQueue.Capacity; i++)
                queue.Notify(new ServiceState($"STATUS={i}"));

            // From a thread of its own: the pool is busy with other tests.
            new Thread(() =>
            {
                Thread.Sleep(50);
                _reads.Set();
            }).Start();
        }
        Assert.Equal(Enumerable.Range(0, NotificationQueue.Capacity).Select(i => $"STATUS={i}"), _delivered);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void WhatCannotBeDeliveredIsCountedAndLoggedOnce()
    {
        using var queue = new NotificationQueue(_systemd, _log);
        _failure = new SocketException((int)SocketError.ConnectionRefused);
        for (var lost = 1; lost <= 3; lost++)
        {
            queue.Notify(s_alive);
            Eventually(() => queue.Lost == lost);
        }
        Volatile.Write(ref _failure, null);
        queue.Notify(s_alive);
        Eventually(() => _log.Lines.Count == 2);
        Assert.Equal(
            [
                "Warning: systemd is not notified: Connection refused",
                "Information: systemd is notified again; 3 notifications were lost since start",
            ],
            _log.Lines);
        Assert.Equal(["WATCHDOG=1"], _delivered);
    }

    [Fact]
    public void AManagerThatDoesNotReadDelaysNothingAndIsNotFloodedLater()
    {
        using var queue = new NotificationQueue(_systemd, _log);
        _reads.Reset();
        queue.Notify(ServiceState.Ready);
        Eventually(() => _systemd.ReceivedCalls().Any(call => call.GetMethodInfo().Name == nameof(ISystemdNotifier.Notify)));

        var time = Stopwatch.StartNew();
        for (var i = 0; i < 1000; i++)
            queue.Notify(s_alive);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(1000 - NotificationQueue.Capacity, queue.Lost);
        Assert.Equal(["Warning: systemd is not notified: it does not read from its socket"], _log.Lines);

        _reads.Set();
        Eventually(() => Delivered() == 1 + NotificationQueue.Capacity);
        queue.Notify(ServiceState.Stopping);
        Eventually(() => Delivered() == 2 + NotificationQueue.Capacity);
        Assert.Equal("READY=1", _delivered[0]);
        Assert.Equal("STOPPING=1", _delivered[^1]);
        Assert.EndsWith("again; 984 notifications were lost since start", _log.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void AManagerThatDoesNotReadDoesNotDelayTheEnd()
    {
        var queue = new NotificationQueue(_systemd, _log);
        _reads.Reset();
        queue.Notify(ServiceState.Stopping);
        var time = Stopwatch.StartNew();
        queue.Dispose();
        Assert.InRange(time.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
        Assert.Empty(_delivered);
    }

    [Fact]
    public void AfterTheEndANotificationIsDroppedWithoutAnError()
    {
        var queue = new NotificationQueue(_systemd, _log);
        queue.Dispose();
        queue.Notify(s_alive);
        Assert.Equal(1, queue.Lost);
        Assert.Empty(_delivered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WithoutASupervisorNothingIsSentOrLost(bool isThere)
    {
        _systemd.IsEnabled.Returns(false);
        using var queue = new NotificationQueue(isThere ? _systemd : null, _log);
        queue.Notify(ServiceState.Ready);
        Assert.False(queue.IsEnabled);
        Assert.Equal(0, queue.Lost);
        _systemd.DidNotReceive().Notify(Arg.Any<ServiceState>());
    }

    int Delivered()
    {
        lock (_delivered)
            return _delivered.Count;
    }

    static void Eventually(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(10)));
}
