using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class ProtocolsReaderTests
{
    const string Header = "protocol  size sockets  memory press maxhdr  slab module     cl co di ac\n";

    /// <summary>Reads the text and compares the protocols with their states, and the result.</summary>
    static void Reads(string text, string protocols, ParseResult result = default)
    {
        var reader = new ProtocolsReader(Encoding.ASCII.GetBytes(text));
        var read = new List<string>();
        while (reader.TryRead(out var name, out var pressure))
            read.Add($"{Encoding.ASCII.GetString(name)}={pressure}");
        new Facts("net/protocols").Is(protocols, string.Join(' ', read)).Is<ParseResult>(result, reader.Result).Verify();
    }

    [Fact]
    public void AProtocolWithoutPressureStateIsLeftOut() =>
        Reads(
            Header + "PACKET    1536      1      -1   NI       0   no   kernel      n  n\n"
                + "TCPv6     2344      4   -5857  yes     304   yes  kernel      y  y\nTCP 2184 7 5857 no 304 yes kernel y\n",
            protocols: "TCPv6=True TCP=False");

    [Theory]
    [InlineData("protocol  size sockets  memory press maxhdr  slab module     cl co di ac sp\nTCP 1 2 3 yes 4 yes kernel y n y y y\n")]
    [InlineData("protocol  size press\nTCP 1 yes\n")]
    [InlineData("protocol  press flags size\nTCP yes x 1\n")]
    public void ThePressColumnIsFoundByItsName(string text) => Reads(text, protocols: "TCP=True");

    [Fact]
    public void ALineWithAnotherWordIsDroppedAlone() =>
        Reads(
            Header + "TCP 1 2 3 no 4\nRAW 1 2 3 maybe 4\nRAWv6 1 2\nUDP 1 2 3 yes 4\n", protocols: "TCP=False UDP=True",
            result: new ParseResult(2, 3));

    [Theory]
    [InlineData("")]
    [InlineData("protocol  size sockets\nTCP 1 2\n")]
    [InlineData("protocol size press")]
    public void WithoutThatColumnNothingIsRead(string text) => Reads(text, protocols: "", result: new ParseResult(1, 1));

    [Fact]
    public void ATornLastLineIsDropped() =>
        Reads(Header + "TCP 1 2 3 no 4\nUDP 1 2 3 yes", protocols: "TCP=False", result: new ParseResult(1, 3));
}
