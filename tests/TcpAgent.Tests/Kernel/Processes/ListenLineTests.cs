using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;

namespace TcpAgent.Tests.Kernel.Processes;

public class ListenLineTests
{
    const string None = "00000000000000000000000000000000";

    static (bool IsRead, bool IsListener, string Text) Parse(string line)
    {
        var isRead = ListenLine.TryParse(new Cursor(Encoding.Latin1.GetBytes(line)), out var isListener, out var listener);
        return (isRead, isListener, isListener ? $"{listener.Local} {listener.Waiting}" : "");
    }

    [Theory]
    [InlineData("   0: 00000000:1F90 00000000:0000 0A 00000000:00000005 00:00000000 00000000     0        0 77 1 0", "0.0.0.0:8080 5")]
    [InlineData("   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1 0", "127.0.0.1:80 0")]
    [InlineData($"  12: {None}:01BB {None}:0000 0A 00000000:00000081 00:00000000 0", "[::]:443 129")]
    public void AListenerIsReadWithItsQueue(string line, string expected) => Assert.Equal((true, true, expected), Parse(line));

    /// <summary>Established, half-open and TIME_WAIT: what their queue says has another meaning.</summary>
    [Theory]
    [InlineData("01")]
    [InlineData("03")]
    [InlineData("06")]
    [InlineData("0C")]
    public void AnotherStateIsNoListener(string state) => Assert.Equal(
        (true, false, ""), Parse($"   1: 0100007F:1F90 0100007F:C350 {state} 00000000:000000FF 00:00000000 00000000 0 0 77 1"));

    [Theory]
    [InlineData("")]
    [InlineData("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode")]
    [InlineData("   0: 00000000:1F90 00000000:0000 0A 00000000:00000005")]
    [InlineData("   0: 0000000:1F90 00000000:0000 0A 00000000:00000005 00:00000000")]
    [InlineData("   0: 00000000:1F90 00000000:0000 0A 00000000:0000000x 00:00000000")]
    [InlineData("   0: 00000000:1F90 00000000:0000 0A 0000000000000005 00:00000000")]
    [InlineData("   0: 00000000:1F90 00000000:0000 0A 00000000:1ffffffff 00:00000000")]
    public void AnythingElseIsNotRead(string line) => Assert.Equal((false, false, ""), Parse(line));
}
