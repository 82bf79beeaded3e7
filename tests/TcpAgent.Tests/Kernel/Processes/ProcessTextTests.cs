using System.Text;
using TcpAgent.Kernel.Processes;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Tests.Kernel.Processes;

public class ProcessTextTests
{
    const string Fields = "S 1 812 812 0 -1 4194560 3342 0 1 0 7 12 0 0 20 0 4 0 84213 234 567 18446744073709551615 1 1";

    const string Limits = """
        Limit                     Soft Limit           Hard Limit           Units
        Max cpu time              unlimited            unlimited            seconds
        Max processes             31447                31447                processes
        Max open files            1024                 524288               files
        Max address space         unlimited            unlimited            bytes

        """;

    static (bool IsRead, ProcessStat Stat, string Name) Parse(string text)
    {
        var isRead = ProcessStat.TryParse(Encoding.Latin1.GetBytes(text), out var stat, out var name);
        return (isRead, stat, Encoding.Latin1.GetString(name));
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("")]
    [InlineData("a) S 7 (b")]
    [InlineData("two\nlines")]
    [InlineData("((()))")]
    public void ANameWithAnyBytesIsReadWhole(string program)
    {
        var (isRead, stat, name) = Parse($"812 ({program}) {Fields}\n");
        Assert.True(isRead);
        Assert.Equal(program, name);
        Assert.Equal(new ProcessStat(812, (byte)'S', 1, 4194560, 84213), stat);
        Assert.Equal(new ProcessIdentity(812, 84213), stat.Identity);
        Assert.False(stat.IsKernelThread);
    }

    [Fact]
    public void AKernelThreadIsKnownByItsFlag() =>
        Assert.True(Parse("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 4 0 0 20 0 1 0 5 0 0\n").Stat.IsKernelThread);

    [Theory]
    [InlineData("")]
    [InlineData("812")]
    [InlineData("(nginx) S 1\n")]
    [InlineData("812 (nginx\n")]
    [InlineData("812 nginx) S\n")]
    [InlineData("812(nginx) S 1 812 812 0 -1 4194560 3342 0 1 0 7 12 0 0 20 0 4 0 84213 234 567\n")]
    [InlineData("0 (nginx) S 1 812 812 0 -1 4194560 3342 0 1 0 7 12 0 0 20 0 4 0 84213 234 567\n")]
    [InlineData("812 (nginx) S 1 812 812 0 -1 4194560 3342 0 1 0 7 12 0 0 20 0 4 0\n")]
    [InlineData("812 (nginx) S 1 812 812 0 -1 4194560 3342 0 1 0 7 12 0 0 20 0 4 0 -84213 234 567\n")]
    [InlineData("812 (nginx) S 1 812 812 0 -1 4294967296 3342 0 1 0 7 12 0 0 20 0 4 0 84213 234 567\n")]
    public void AnythingElseIsNoProcess(string text) => Assert.False(Parse(text).IsRead);

    /// <summary>Cut anywhere, the text has no newline at its end or too few fields.</summary>
    [Fact]
    public void ATornTextIsNotRead()
    {
        var text = $"812 (nginx) {Fields}\n";
        for (var length = 0; length < text.Length; length++)
            Assert.False(Parse(text[..length]).IsRead, text[..length]);
    }

    [Fact]
    public void TheSoftLimitIsRead()
    {
        Assert.Equal(1024, ProcessLimits.Soft(Encoding.Latin1.GetBytes(Limits), ProcessLimits.OpenFiles));
        Assert.Equal(long.MaxValue, ProcessLimits.Soft(Encoding.Latin1.GetBytes(Limits), ProcessLimits.AddressSpace));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Max open files            1024 files")]
    [InlineData("Max open files            many                 524288               files\n")]
    [InlineData("Max open files            -1                   524288               files\n")]
    [InlineData("Max open files \n")]
    public void ALimitThatIsNotThereIsAbsent(string text) =>
        Assert.Equal(Absent, ProcessLimits.Soft(Encoding.Latin1.GetBytes(text), ProcessLimits.OpenFiles));
}
