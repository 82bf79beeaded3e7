using FsCheck;
using FsCheck.Fluent;
using Serilog.Events;
using TcpAgent.Logging;

namespace TcpAgent.Tests.Logging;

public sealed class JournalEntryTests
{
    [Theory]
    [InlineData("Source", "TCPAGENT_SOURCE")]
    [InlineData("RetransSegs", "TCPAGENT_RETRANS_SEGS")]
    [InlineData("HTTPPort", "TCPAGENT_HTTP_PORT")]
    [InlineData("Rx2Bytes", "TCPAGENT_RX2_BYTES")]
    [InlineData("a.b=c\nd", "TCPAGENT_A_B_C_D")]
    [InlineData("\u00dcber", "TCPAGENT__BER")]
    [InlineData("_PID", "TCPAGENT__PID")]
    public void APropertyBecomesAKeyThatJournaldKeeps(string property, string key) => Assert.Equal(key, JournalEntry.KeyOf(property));

    [Fact]
    public void ALongNameIsCutToWhatJournaldKeeps() =>
        Assert.Equal("TCPAGENT_" + new string('X', 55), JournalEntry.KeyOf(new string('x', 100)));

    [Fact]
    public void AnyNameAndTextComeBackAsTheyWere() =>
        Prop.ForAll<string, string, string>((name, value, message) =>
        {
            var property = "p" + name;
            var entry = new JournalEntry();
            JournalSink.Encode(Events.Of(LogEventLevel.Error, "{M}", ("M", message), (property, value)), _ => null, entry);
            var fields = JournalParser.Parse(entry.Bytes);
            Assert.Equal(("MESSAGE", Events.Unicode(message ?? "null")), fields[0]);
            if (value is not null && property != "M")
                Assert.Equal((JournalEntry.KeyOf(property), Events.Unicode(value)), fields[^1]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData(10)]
    [InlineData(1_000_000)]
    public void AClearedEntryIsEmpty(int length)
    {
        var entry = new JournalEntry();
        entry.Add("A", new string('x', length));
        entry.Clear();
        Assert.True(entry.Bytes.IsEmpty);
        entry.Add("B", "y");
        Assert.Equal("B=y\n"u8, entry.Bytes);
    }
}
