using TcpAgent.Kernel;
using TcpAgent.Resources;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>Drops by this host's own rules: when they are worth a word, and that they are no fault and no queue's loss.</summary>
public sealed class FilterFindingsTests : IDisposable
{
    readonly IpCounters _ip = new();

    public void Dispose() => _ip.Dispose();

    /// <summary>Per second, for a minute.</summary>
    Finding[] After(int perSecond, params (string Section, string Field, long More)[] others)
    {
        _ip.Start();
        for (var i = 0; i < 60; i++)
        {
            _ip.Add("Ip", ("InReceives", perSecond));
            foreach (var (section, field, more) in others)
                _ip.Add(section, (field, more));
            _ip.Rig.Tick();
        }
        var verdict = _ip.Rig.Judge();
        Assert.Equal(ResourceState.Ok, verdict.State);
        Assert.All(verdict.Drops, drop => Assert.False(drop.Stage.IsHarmful && drop.Count > 0));
        return [.. verdict.Findings];
    }

    [Theory]
    [InlineData(20, 0, true)]
    [InlineData(20, 1900, true)]

    // A firewall that keeps a few scans out, and one of a busy host that keeps out more.
    [InlineData(5, 0, false)]
    [InlineData(20, 2100, false)]
    public void AFilterIsNamedWhereItDropsMuch(int dropped, int delivered, bool isFound)
    {
        var findings = After(dropped + delivered, ("Ip", "InDelivers", delivered));
        if (!isFound)
        {
            Assert.Empty(findings);
            return;
        }
        var finding = Assert.Single(findings);
        Assert.Equal("packet_filter_input", finding.Id);
        Assert.Contains("nft list ruleset", finding.Text, StringComparison.Ordinal);
        Assert.NotNull(finding.Headline);
    }

    [Fact]
    public void TheNumbersAreThoseOfTheWindow()
    {
        var text = After(100, ("Ip", "InDelivers", 80)).Single().Text;
        Assert.Matches(@"^11\d\d of 5\d\d\d packets that this host received \((19\.\d|20) a second\)", text);
    }

    [Fact]
    public void WhatIsSentAndTakenAwayIsAnotherFinding() => Assert.Equal(
        ["packet_filter_output"],
        After(100, ("Ip", "InDelivers", 100), ("Ip", "OutRequests", 100), ("Ip", "OutTransmits", 50)).Select(finding => finding.Id));

    [Theory]
    [InlineData(50, true)]
    [InlineData(9, false)]
    public void TheReversePathFilterIsNamedAndNotThePacketFilter(int dropped, bool isFound) => Assert.Equal(
        isFound ? ["rp_filter_drops"] : [],
        After(dropped + 100, ("Ip", "InDelivers", 100), ("TcpExt", "IPReversePathFilter", dropped)).Select(finding => finding.Id));

    [Fact]
    public void HealthyTrafficHasNoFinding() =>
        Assert.Empty(After(5000, ("Ip", "InDelivers", 5000), ("Ip", "OutRequests", 4000), ("Ip", "OutTransmits", 4000)));

    [Theory]
    [InlineData(2, "eth0, eth1")]
    [InlineData(1, "eth1")]
    public void AnXdpProgramIsNamedWithItsDevices(int attached, string names)
    {
        _ip.Rig.Devices.Set("device=\"eth0\"", ("xdp", attached - 1));
        _ip.Rig.Devices.Set("device=\"eth1\"", ("xdp", 2));
        _ip.Rig.Devices.Set("device=\"eth2\"", ("xdp", KernelValue.Absent));
        _ip.Rig.Tick();
        var finding = Assert.Single(_ip.Rig.Judge().Findings);
        Assert.Equal("xdp_attached", finding.Id);
        Assert.Equal(Finding.Info, finding.Severity);
        Assert.Null(finding.Headline);
        Assert.StartsWith($"An XDP program is attached to {names}:", finding.Text, StringComparison.Ordinal);
    }
}
