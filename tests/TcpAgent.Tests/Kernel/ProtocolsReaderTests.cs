using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class ProtocolsReaderTests
{
    const string Header = "protocol  size sockets  memory press maxhdr  slab module     cl co di ac\n";

    static (string Protocols, ParseResult Result) Read(string text)
    {
        var reader = new ProtocolsReader(Encoding.ASCII.GetBytes(text));
        var read = new List<string>();
        while (reader.TryRead(out var name, out var pressure))
            read.Add($"{Encoding.ASCII.GetString(name)}={pressure}");
        return (string.Join(' ', read), reader.Result);
    }

    [Fact]
    public void AProtocolWithoutPressureStateIsLeftOut() =>
        Assert.Equal(
            ("TCPv6=True TCP=False", default),
            Read(Header + "PACKET    1536      1      -1   NI       0   no   kernel      n  n\n"
                + "TCPv6     2344      4   -5857  yes     304   yes  kernel      y  y\nTCP 2184 7 5857 no 304 yes kernel y\n"));

    [Theory]
    [InlineData("protocol  size sockets  memory press maxhdr  slab module     cl co di ac sp\nTCP 1 2 3 yes 4 yes kernel y n y y y\n")]
    [InlineData("protocol  size press\nTCP 1 yes\n")]
    [InlineData("protocol  press flags size\nTCP yes x 1\n")]
    public void ThePressColumnIsFoundByItsName(string text) => Assert.Equal(("TCP=True", default), Read(text));

    [Fact]
    public void ALineWithAnotherWordIsDroppedAlone() =>
        Assert.Equal(
            ("TCP=False UDP=True", new ParseResult(2, 3)),
            Read(Header + "TCP 1 2 3 no 4\nRAW 1 2 3 maybe 4\nRAWv6 1 2\nUDP 1 2 3 yes 4\n"));

    [Theory]
    [InlineData("")]
    [InlineData("protocol  size sockets\nTCP 1 2\n")]
    [InlineData("protocol size press")]
    public void WithoutThatColumnNothingIsRead(string text) => Assert.Equal(("", new ParseResult(1, 1)), Read(text));

    [Fact]
    public void ATornLastLineIsDropped() =>
        Assert.Equal(("TCP=False", new ParseResult(1, 3)), Read(Header + "TCP 1 2 3 no 4\nUDP 1 2 3 yes"));
}
