using TcpAgent.Systemd;

namespace TcpAgent.Tests.Systemd;

public class NotifyEnvironmentTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/run/systemd/notify")]
    [InlineData("@/org/freedesktop/systemd1/notify/1")]
    public void AnAddressThatSystemdGivesIsNoProblem(string? address) => Assert.Null(NotifyEnvironment.Problem(address));

    [Theory]
    [InlineData("vsock:2:1234")]
    [InlineData("relative/path")]
    public void AnAddressOfAnotherKindIsNamed(string address) => Assert.Equal(
        $"NOTIFY_SOCKET={address} is neither an absolute path nor an abstract name", NotifyEnvironment.Problem(address));

    // unix(7): sun_path has 108 bytes, and a path ends with a NUL.
    [Theory]
    [InlineData('/', 107, 'x', true)]
    [InlineData('/', 108, 'x', false)]
    [InlineData('@', 108, 'x', true)]
    [InlineData('@', 109, 'x', false)]
    [InlineData('/', 60, '\u00e9', false)]
    public void AnAddressMayBeAsLongAsASocketsCanBe(char first, int length, char rest, bool fits)
    {
        var problem = NotifyEnvironment.Problem(first + new string(rest, length - 1));
        if (fits)
            Assert.Null(problem);
        else
            Assert.EndsWith("is longer than a socket address can be", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void AWatchdogWithoutAProcessIsOurs() => Assert.Equal(TimeSpan.FromTicks(10), NotifyEnvironment.Watchdog("1", null, 7));

    [Fact]
    public void AWatchdogWithOurProcessIsOurs() => Assert.Equal(TimeSpan.FromSeconds(2), NotifyEnvironment.Watchdog("2000000", "7", 7));

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
        Assert.Null(NotifyEnvironment.Watchdog(microseconds, process, 7));
}
