using System.Diagnostics;
using Microsoft.Extensions.Hosting.Systemd;
using TcpAgent.Systemd;

namespace TcpAgent.Tests.Systemd;

/// <summary>What reaches a real socket through the package's notifier, which takes its address from the environment only.</summary>
[Collection(ProcessState.Name)]
public sealed class NotificationWireTests : IDisposable
{
    static readonly ServiceState s_alive = new("WATCHDOG=1");

    readonly TempFolder _folder = new();
    readonly ListLogger _log = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(NotifyEnvironment.Socket, null);
        _folder.Dispose();
    }

    [Fact]
    public void ANotificationIsOneDatagram()
    {
        using var manager = new Receiver(_folder.File("notify"));
        using var queue = QueueTo(manager.Path);
        Assert.True(queue.IsEnabled);
        queue.Notify(ServiceState.Ready);
        queue.Notify(ServiceReporter.Status("lone \ud800 half"));
        Assert.Equal("READY=1", manager.ReceiveText());
        Assert.Equal("STATUS=lone \ufffd half", manager.ReceiveText());
    }

    [Fact]
    public void AnAbstractSocketIsReachedByItsAtSign()
    {
        using var manager = new Receiver($"@tcp-agent-test-{Environment.ProcessId}-{Guid.NewGuid():N}");
        using var queue = QueueTo(manager.Path);
        queue.Notify(ServiceState.Ready);
        Assert.Equal("READY=1", manager.ReceiveText());
    }

    [Fact]
    public void AVanishedReceiverIsCountedAndFoundAgainWhenItIsBack()
    {
        var path = _folder.File("notify");
        using var queue = QueueTo(path);
        queue.Notify(s_alive);
        Assert.True(SpinWait.SpinUntil(() => queue.Lost == 1, TimeSpan.FromSeconds(10)));
        using var back = new Receiver(path);
        queue.Notify(s_alive);
        Assert.Equal("WATCHDOG=1", back.ReceiveText());
        Assert.Equal(1, queue.Lost);
    }

    [Fact]
    public void TheCallerDoesNotWaitForAFullSocket()
    {
        using var manager = new Receiver(_folder.File("notify"));
        var queue = QueueTo(manager.Path);
        var time = Stopwatch.StartNew();
        for (var i = 0; i < 2000; i++)
            queue.Notify(s_alive);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(queue.Lost, 1, 1999);

        // Waiting messages are delivered once somebody reads.
        var received = 0;
        for (; received + queue.Lost < 2000; received++)
            Assert.Equal("WATCHDOG=1", manager.ReceiveText());
        queue.Dispose();
        Assert.True(manager.IsEmpty);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void WithoutAnAddressThereIsNothingToSay(string? address)
    {
        using var queue = QueueTo(address);
        Assert.False(queue.IsEnabled);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void AnAddressThatCannotBeUsedIsLoggedAndIgnored()
    {
        using var queue = QueueTo("vsock:2:1234");
        queue.Notify(ServiceState.Ready);
        Assert.False(queue.IsEnabled);
        Assert.Equal(
            ["Warning: systemd is not notified: NOTIFY_SOCKET=vsock:2:1234 is neither an absolute path nor an abstract name"], _log.Lines);
    }

    NotificationQueue QueueTo(string? address)
    {
        Environment.SetEnvironmentVariable(NotifyEnvironment.Socket, address);
        return NotificationQueue.FromEnvironment(_log);
    }
}
