using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class NetDevReaderTests
{
    const string Header =
        "Inter-|   Receive                                                |  Transmit\n"
        + " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";

    static readonly string[] s_wanted = ["receive bytes", "receive drop", "transmit bytes", "transmit drop"];

    static (string Names, string Values, ParseResult Result) Read(string text, NetDevPlan? plan = null)
    {
        var reader = new NetDevReader(Encoding.ASCII.GetBytes(text), plan ?? new NetDevPlan(s_wanted));
        var names = new List<string>();
        var rows = new List<string>();
        var values = new long[s_wanted.Length];
        while (reader.TryRead(values, out var name))
        {
            names.Add(Encoding.ASCII.GetString(name));
            rows.Add(string.Join(' ', values));
        }
        return (string.Join(',', names), string.Join(',', rows), reader.Result);
    }

    [Fact]
    public void BothSidesOfTheHeaderAreToldApart() =>
        Assert.Equal(
            ("lo", "1 4 9 12", default),
            Read(Header + "    lo:       1       2    3    4    5     6          7         8       9      10   11   12   13    14      "
                + "15        16\n"));

    [Fact]
    public void ANameMayTouchItsNumberAndMayHoldColons() =>
        Assert.Equal(
            ("eth12,eth0:1,br-0:2:3", "1234567890123 4 9 12,1 4 9 12,5 4 9 12", default),
            Read(Header + " eth12:1234567890123 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\neth0:1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
                + "br-0:2:3:5 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"));

    [Fact]
    public void AnInsertedColumnDoesNotShiftTheOthers()
    {
        var plan = new NetDevPlan(s_wanted);
        Read(Header, plan);
        var header = "Inter-|   Receive  |  Transmit\n face |packets bytes new errs drop|bytes new packets drop\n";
        Assert.Equal(("eth0", "2 5 6 9", default), Read(header + "eth0: 1 2 3 4 5 6 7 8 9\n", plan));
        Assert.Equal(("eth0", "1 4 9 12", default), Read(Header + "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", plan));
    }

    [Fact]
    public void AColumnThatThisKernelLacksIsAbsent() =>
        Assert.Equal(
            ("eth0", $"1 {long.MinValue} 2 3", default), Read("Inter-|  Receive | Transmit\n face |bytes|bytes drop\neth0: 1 2 3\n"));

    [Theory]
    [InlineData("eth1: 1 2 3\n")]
    [InlineData("eth1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n")]
    [InlineData("eth1: 1 2 3 4x 5 6 7 8 9 10 11 12 13 14 15 16\n")]
    [InlineData("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n")]
    [InlineData(": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n")]
    [InlineData("  : 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n")]
    [InlineData("\n")]
    public void ABadLineIsDroppedAlone(string line)
    {
        var good = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";
        Assert.Equal(("eth0,eth2", "1 4 9 12,1 4 9 12", new ParseResult(1, 4)), Read($"{Header}eth0: {good}{line}eth2: {good}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Inter-| Receive | Transmit\n")]
    [InlineData("Inter-| Receive | Transmit\n face |bytes drop|bytes drop")]
    [InlineData("Inter-| Receive | Transmit\n face |bytes drop\neth0: 1 2\n")]
    [InlineData("Inter-| Receive | Transmit\n face ||\neth0:\n")]
    public void WithoutAHeaderNothingIsRead(string text) => Assert.Equal(("", "", new ParseResult(1, 1)), Read(text));
}
