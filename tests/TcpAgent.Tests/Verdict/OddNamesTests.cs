using TcpAgent.Cli;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>A device's name may hold what a terminal or a shell would obey.</summary>
public class OddNamesTests
{
    static readonly DeviceInstance s_device = new("\u001b[31m;id"u8.ToArray());

    static string Explain(Resource resource, ResourceState state)
    {
        var report = new ResourceReport(resource, state) { Limit = 10, Peak = 10, Losses = 3, Instance = s_device };
        ResourceAdvice.Explain(report, new DistinctValues((Devices.Rows, s_device)).View);
        return string.Join('\n', [.. report.Evidence, .. report.Advice]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NoControlCharacterStandsInACommandToPaste(bool isLimiting)
    {
        var state = isLimiting ? ResourceState.Limiting : ResourceState.Ok;
        foreach (var resource in (Resource[])[ResourceCatalog.DeviceReceive, ResourceCatalog.Qdisc])
        {
            var text = Explain(resource, state);
            Assert.DoesNotContain('\u001b', text);
            Assert.Contains(@" $'\x1b[31m;id'", text, StringComparison.Ordinal);
            Assert.Contains(@"\x1b[31m;id ", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheTerminalsTextIsTheLastGate()
    {
        var text = new TerminalText(new Terminal(HasColour: true, Width: 80));
        text.Paragraph(TerminalText.Red, "a \u001b[2J b\nc", "- ");
        Assert.Equal("\e[1;31m- a \\x1b[2J b\\x0ac\e[0m\n", text.ToString());
    }
}
