using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class NetDevReaderTests
{
    const string Header =
        "Inter-|   Receive                                                |  Transmit\n"
        + " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";

    static readonly string[] s_wanted = ["receive bytes", "receive drop", "transmit bytes", "transmit drop"];

    /// <summary>Reads the text and compares the names, the wanted values of each device, and the result.</summary>
    static void Reads(string text, string names, string values, ParseResult result = default, NetDevPlan? plan = null)
    {
        var reader = new NetDevReader(Encoding.ASCII.GetBytes(text), plan ?? new NetDevPlan(s_wanted));
        var devices = new List<string>();
        var rows = new List<string>();
        var row = new long[s_wanted.Length];
        while (reader.TryRead(row, out var name))
        {
            devices.Add(Encoding.ASCII.GetString(name));
            rows.Add(string.Join(' ', row));
        }
        new Facts("net/dev").Is(names, string.Join(',', devices)).Is(values, string.Join(',', rows))
            .Is<ParseResult>(result, reader.Result).Verify();
    }

    [Fact]
    public void BothSidesOfTheHeaderAreDistinguished() =>
        Reads(
            Header + "    lo:       1       2    3    4    5     6          7         8       9      10   11   12   13    14      "
                + "15        16\n",
            names: "lo", values: "1 4 9 12");

    [Fact]
    public void ANameMayTouchItsNumberAndMayHoldColons() =>
        Reads(
            Header + " eth12:1234567890123 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\neth0:1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
                + "br-0:2:3:5 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n",
            names: "eth12,eth0:1,br-0:2:3", values: "1234567890123 4 9 12,1 4 9 12,5 4 9 12");

    [Fact]
    public void AnInsertedColumnDoesNotShiftTheOthers()
    {
        var plan = new NetDevPlan(s_wanted);
        Reads(Header, names: "", values: "", plan: plan);
        var header = "Inter-|   Receive  |  Transmit\n face |packets bytes new errs drop|bytes new packets drop\n";
        Reads(header + "eth0: 1 2 3 4 5 6 7 8 9\n", names: "eth0", values: "2 5 6 9", plan: plan);
        Reads(Header + "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", names: "eth0", values: "1 4 9 12", plan: plan);
    }

    [Fact]
    public void AColumnThatThisKernelLacksIsAbsent() =>
        Reads("Inter-|  Receive | Transmit\n face |bytes|bytes drop\neth0: 1 2 3\n", names: "eth0", values: $"1 {long.MinValue} 2 3");

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
        Reads(
            $"{Header}eth0: {good}{line}eth2: {good}", names: "eth0,eth2", values: "1 4 9 12,1 4 9 12", result: new ParseResult(1, 4));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Inter-| Receive | Transmit\n")]
    [InlineData("Inter-| Receive | Transmit\n face |bytes drop|bytes drop")]
    [InlineData("Inter-| Receive | Transmit\n face |bytes drop\neth0: 1 2\n")]
    [InlineData("Inter-| Receive | Transmit\n face ||\neth0:\n")]
    public void WithoutAHeaderNothingIsRead(string text) =>
        Reads(text, names: "", values: "", result: new ParseResult(1, 1));
}
