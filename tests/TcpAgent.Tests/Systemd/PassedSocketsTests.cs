using TcpAgent.Systemd;

namespace TcpAgent.Tests.Systemd;

public class PassedSocketsTests
{
    [Theory]
    [InlineData("42", "2", 2)]
    [InlineData("41", "2", 0)]
    [InlineData("42", null, 0)]
    [InlineData(null, "2", 0)]
    [InlineData("42", "-1", 0)]
    [InlineData("42", "", 0)]
    [InlineData("42", "99999999999", 0)]
    public void SocketsCountOnlyWhenTheyAreForThisProcess(string? process, string? sockets, int expected) =>
        Assert.Equal(expected, PassedSockets.Count(process, sockets, ownProcess: 42));
}
