using System.Globalization;
using TcpAgent.Systemd;

namespace TcpAgent.Tests.Systemd;

[Collection(ProcessState.Name)]
public sealed class NotifierEnvironmentTests : IDisposable
{
    static readonly string[] s_names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];
    static readonly string s_self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    public void Dispose() => Set(null, null, null);

    [Fact]
    public void TheVariablesAreTakenOutOfTheEnvironment()
    {
        Set("/run/nobody", "3000000", s_self);
        using var notifier = Notifier.FromEnvironment();
        Assert.True(notifier.Enabled);
        Assert.Equal(TimeSpan.FromSeconds(3), notifier.WatchdogInterval);
        Assert.All(s_names, name => Assert.Null(Environment.GetEnvironmentVariable(name)));
    }

    [Fact]
    public void WithoutASocketTheNotifierIsInertEvenIfAWatchdogIsSet()
    {
        Set(null, "3000000", null);
        using var notifier = Notifier.FromEnvironment();
        Assert.False(notifier.Enabled);
        Assert.Null(notifier.WatchdogInterval);
        Assert.All(s_names, name => Assert.Null(Environment.GetEnvironmentVariable(name)));
    }

    [Fact]
    public void AMessageGoesToTheSocketOfTheEnvironment()
    {
        using var folder = new TempFolder();
        using var manager = new Receiver(folder.File("notify"));
        Set(manager.Path, null, null);
        using var notifier = Notifier.FromEnvironment();
        Assert.True(notifier.Ready("ok"));
        Assert.Equal("READY=1\nSTATUS=ok", manager.ReceiveText());
    }

    [Fact]
    public void AWatchdogWithoutAProcessIsOurs() => Assert.Equal(TimeSpan.FromTicks(10), Notifier.WatchdogFrom("1", null));

    [Fact]
    public void AWatchdogWithOurProcessIsOurs() => Assert.Equal(TimeSpan.FromSeconds(2), Notifier.WatchdogFrom("2000000", s_self));

    [Theory]
    [InlineData("2000000", "1")]
    [InlineData("2000000", "")]
    [InlineData("2000000", "me")]
    [InlineData(null, null)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("soon", null)]
    [InlineData("9223372036854775807", null)]
    [InlineData("18446744073709551615", null)]
    public void AWatchdogOfAnotherProcessOrWithoutATimeIsNotOurs(string? microseconds, string? process) =>
        Assert.Null(Notifier.WatchdogFrom(microseconds, process));

    static void Set(string? socket, string? microseconds, string? process)
    {
        Environment.SetEnvironmentVariable(s_names[0], socket);
        Environment.SetEnvironmentVariable(s_names[1], microseconds);
        Environment.SetEnvironmentVariable(s_names[2], process);
    }
}
