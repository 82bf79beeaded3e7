using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>Whose network namespace is read.</summary>
public class NamespaceFindingTests
{
    static readonly Rows s_rows = AgentMetrics.NamespaceRows;

    static List<string> Findings(NamespaceInstance instance)
    {
        var table = new Table(s_rows);
        table.Add(instance)[AgentMetrics.NetworkNamespace] = 1;
        var snapshot = new Snapshot([table]);
        snapshot.CopyFrom([table], 0);
        return [.. TcpAgent.Verdict.Findings.Check(new SampleView(snapshot)).Select(finding => finding.Id)];
    }

    [Theory]
    [InlineData("/host/proc", false, "wrong_namespace")]
    [InlineData("/host/proc", null, "unknown_namespace")]
    [InlineData("/host/proc", true, null)]
    [InlineData("/proc", false, "wrong_namespace")]
    [InlineData("/proc", true, null)]
    [InlineData("/proc", null, null)]
    public void AnAgentOutsideOfTheHostsNamespaceSaysSo(string procFs, bool? isHost, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], Findings(NamespaceInstance.Of(procFs, "4026532000", isHost)));

    [Fact]
    public void FilesOfOneNamespaceAndNetlinkOfAnotherAreWrong() =>
        Assert.Equal(["wrong_namespace"], Findings(NamespaceInstance.Of("/proc/1", "4026532000", null, isSplit: true)));

    [Fact]
    [Trait("Category", "live")]
    public void TheAgentsOwnNamespaceIsReadAndAPlainFolderIsOfNone()
    {
        var own = NamespaceInstance.Of(KernelRoot.At("/proc", "/sys"));
        Assert.Matches("^[0-9]+$", own!.Inode);
        Assert.False(own.IsOfAnother);
        using var root = new TempRoot();
        Assert.Null(NamespaceInstance.Of(root.Kernel));
    }
}
