using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

public class ProcSocketTableTests
{
    const int Seed = 20260804;
    const int Rounds = 20_000;

    const string Listen =
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000005 00:00000000 00000000     0        0 32735 6 00000000710521fc 100 0 0 10 "
        + "0                     ";
    const string Waiting =
        "  24: 01005B0A:1F40 02005B0A:BA36 08 00000000:00000001 00:00000000 00000000     0        0 0 1 00000000db97f407 20 4 0 10 -1    "
        + "                 ";
    const string Held =
        "  24: 01005B0A:1F40 02005B0A:BA36 08 00000000:00000001 00:00000000 00000000     0        0 30568 1 00000000db97f407 20 4 0 10 "
        + "-1                     ";
    const string HalfOpen =
        "  12: 01005B0A:1F9D 03095C0A:0422 03 00000000:00000000 01:0000001A 00000000     0        0 0 0 000000004951d201                 "
        + "                     ";
    const string Mini =
        "  19: 01005B0A:1F40 02005B0A:BA52 05 00000000:00000000 03:0000171C 00000000     0        0 0 3 00000000a00cfea8                 "
        + "                     ";

    static SocketCensus Count(params string[] lines)
    {
        var census = new SocketCensus();
        foreach (var line in lines)
            Assert.True(ProcSocketTable.TryCount(census, new Cursor(Encoding.ASCII.GetBytes(line))), line);
        return census;
    }

    static string Describe(SocketCensus census) => string.Join(' ',
    [
        .. Enumerable.Range(1, SocketCensus.StateCount).Select(state => census[(TcpState)state].ToString()),
        $"mini {census.FinWait2MiniSockets}",
        .. census.SynRecv.Select(one => $"half-open {one}"), .. census.Abandoned.Select(one => $"abandoned {one}"),
        .. census.Listeners.Select(row => $"{row}"),
    ]);

    [Fact]
    public void RowsOfBothLengthsAreCounted()
    {
        Assert.Equal(17, new Cursor(Encoding.ASCII.GetBytes(Listen)).CountFields());
        Assert.Equal(12, new Cursor(Encoding.ASCII.GetBytes(Mini)).CountFields());
        var census = Count(Listen, Held, HalfOpen, Mini, Mini.Replace(" 05 ", " 06 ", StringComparison.Ordinal));
        Assert.Equal(1, census[TcpState.Listen]);
        Assert.Equal(1, census[TcpState.CloseWait]);
        Assert.Equal(1, census[TcpState.SynRecv]);
        Assert.Equal(1, census[TcpState.FinWait2]);
        Assert.Equal(1, census[TcpState.TimeWait]);
    }

    [Theory]
    [InlineData("03")]
    [InlineData("0C")]
    public void AHalfOpenConnectionIsSynRecvWhicheverNumberItHas(string state)
    {
        var census = Count(HalfOpen.Replace(" 03 ", $" {state} ", StringComparison.Ordinal));
        Assert.Equal(1, census[TcpState.SynRecv]);
        var (local, count) = Assert.Single(census.SynRecv);
        Assert.Equal("10.91.0.1", local.Address.ToString());
        Assert.Equal(8093, local.Port);
        Assert.Equal(1, count);
    }

    [Fact]
    public void AFinWait2WithTheTimeWaitTimerIsAMiniSocket()
    {
        var census = Count(Mini, Mini.Replace("03:0000171C", "00:00000000", StringComparison.Ordinal));
        Assert.Equal(2, census[TcpState.FinWait2]);
        Assert.Equal(1, census.FinWait2MiniSockets);
    }

    [Fact]
    public void TheReceiveQueueOfAListenerIsItsAcceptQueue()
    {
        var row = Assert.Single(Count(Listen).Listeners);
        Assert.Equal("127.0.0.1", row.Local.Address.ToString());
        Assert.Equal(8080, row.Local.Port);
        Assert.Equal(5, row.Length);
        Assert.Equal(32735ul, row.Id);
        Assert.Equal(long.MinValue, row.Limit);
        Assert.Equal(long.MinValue, row.Drops);
    }

    [Fact]
    public void ACloseWaitThatNoProcessHoldsWasNeverAccepted()
    {
        var census = Count(Waiting, Waiting, Held);
        Assert.Equal(3, census[TcpState.CloseWait]);
        Assert.Equal(2, Assert.Single(census.Abandoned).Value);
    }

    [Theory]
    [InlineData(" 08 ", " 00 ")]
    [InlineData(" 08 ", " 0D ")]
    [InlineData(" 08 ", " 108 ")]
    [InlineData(" 08 ", " x8 ")]
    [InlineData(":1F40", ":1F4")]
    [InlineData("00000000:00000001", "0000000:00000001")]
    [InlineData("00000000:00000001", "0000000000000001")]
    [InlineData("00000000:00000001", "00000000:0000000g")]
    [InlineData("00:00000000 ", "0:00000000 ")]
    [InlineData("00:00000000 ", "g0:00000000 ")]
    [InlineData(" 0 0 1 ", " 0 x 1 ")]
    public void ARowThatIsNotTheKernelsIsRefused(string part, string wrong)
    {
        Assert.Contains(part, Waiting, StringComparison.Ordinal);
        var census = new SocketCensus();
        var line = Waiting.Replace(part, wrong, StringComparison.Ordinal);
        Assert.False(ProcSocketTable.TryCount(census, new Cursor(Encoding.ASCII.GetBytes(line))));
        Assert.Equal(Describe(new SocketCensus()), Describe(census));
    }

    [Fact]
    public void EveryPrefixOfALineIsRefusedOrRight()
    {
        foreach (var line in (string[])[Listen, Waiting, Held, HalfOpen, Mini])
        {
            var whole = Describe(Count(line));
            var accepted = 0;
            for (var length = 0; length < line.Length; length++)
            {
                var census = new SocketCensus();
                if (!ProcSocketTable.TryCount(census, new Cursor(Encoding.ASCII.GetBytes(line[..length]))))
                    continue;
                accepted++;
                Assert.True(Describe(census) == whole, $"{line[..length]}: {Describe(census)}, not {whole}");
            }
            Assert.InRange(accepted, 1, line.Length - 90);
        }
    }

    [Fact]
    public void EveryRowOfTheFixturesIsCounted()
    {
        var rows = 0;
        foreach (var (set, text) in Fixtures.Files("proc/net/tcp").Concat(Fixtures.Files("proc/net/tcp6")).Where(file =>
            file.Set != "torn"))
        {
            foreach (var line in Encoding.ASCII.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..])
            {
                rows++;
                Assert.True(ProcSocketTable.TryCount(new SocketCensus(), new Cursor(Encoding.ASCII.GetBytes(line))), $"{set}: {line}");
            }
        }
        Assert.True(rows > 400);
    }

    [Fact]
    public void DamagedRowsNeitherThrowNorCountTwice()
    {
        string[] good = [Listen, Waiting, Held, HalfOpen, Mini];
        var random = new Random(Seed);
        var (counted, refused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var line = Encoding.ASCII.GetBytes(good[random.Next(good.Length)]).ToList();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                var at = random.Next(line.Count);
                if (random.Next(3) == 0)
                    line.RemoveAt(at);
                else if (random.Next(2) == 0)
                    line.Insert(at, " :0AFx\xff"u8[random.Next(6)]);
                else
                    line[at] = (byte)random.Next(256);
            }
            var census = new SocketCensus();
            var accepted = false;
            var exception = Record.Exception(() => accepted = ProcSocketTable.TryCount(census, new Cursor(line.ToArray())));
            Assert.True(exception is null, $"seed {Seed}, round {round}: {exception}");
            var sum = Enumerable.Range(1, SocketCensus.StateCount).Sum(state => census[(TcpState)state]);
            Assert.True(sum == (accepted ? 1 : 0), $"seed {Seed}, round {round}: {sum} counted");
            _ = accepted ? counted++ : refused++;
        }
        Assert.True(Math.Min(counted, refused) > Rounds / 10, $"{counted} counted, {refused} refused");
    }
}
