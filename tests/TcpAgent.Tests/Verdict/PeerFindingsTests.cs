using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>Limiters elsewhere, as counters show them: each on its condition, and not on a healthy host that looks like it.</summary>
public sealed class PeerFindingsTests : IDisposable
{
    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    /// <summary>The text of a finding after some counters rose; null without.</summary>
    string? Find(string id, params (string Field, long Rise)[] rises)
    {
        foreach (var (field, _) in rises)
            Set(field, 1000);
        _rig.Tick();
        foreach (var (field, rise) in rises)
            Set(field, 1000 + rise);
        _rig.Tick();
        return _rig.Judge().Findings.Where(finding => finding.Id == id).Select(finding => finding.Text).SingleOrDefault();
    }

    static bool Has(string words, string? text) => text?.Contains(words, StringComparison.Ordinal) ?? false;

    void Set(string field, long value)
    {
        if (field is "InSegs" or "PassiveOpens" or "RetransSegs")
            _rig.Snmp.Set("Tcp", field, value);
        else if (field == "unresolved_discards")
            _rig.Neighbours.Set("arp_cache", field, value);
        else
            _rig.TcpExt(field, value);
    }

    [Fact]
    public void PeersThatAreGoneDoNotAcknowledge()
    {
        var text = Find(
            "peer_unacknowledged", ("TCPTimeouts", 120), ("TCPLostRetransmit", 120), ("RetransSegs", 120), ("TCPSynRetrans", 0),
            ("TCPOrigDataSent", 60));
        Assert.StartsWith("120 retransmission timeouts, and 120 of 120 segments", text, StringComparison.Ordinal);
        Assert.Contains(_rig.Judge().Findings, finding => finding is { Id: "peer_unacknowledged", Headline: not null });
    }

    [Theory]
    [InlineData(100, 2, 1000, 0, 0, 100_000)] // one percent of loss: fast retransmissions, few of them lost again
    [InlineData(120, 0, 120, 120, 0, 0)] // SYNs alone, which peer_silent is about
    [InlineData(10, 10, 10, 0, 0, 0)] // a client that went away
    [InlineData(120, 120, 120, 0, 0, 100_000)] // clients of a busy server that went away
    [InlineData(120, 120, 120, 0, 120, 0)] // a filter of this host
    [InlineData(800, 140, 275, 266, 0, 0)] // SYNs to a neighbour that is not there
    public void OrdinaryLossIsNoSilence(long timeouts, long lost, long sentAgain, long syns, long failed, long data) =>
        Assert.Null(Find(
            "peer_unacknowledged", ("TCPTimeouts", timeouts), ("TCPLostRetransmit", lost), ("RetransSegs", sentAgain),
            ("TCPSynRetrans", syns),
            ("TCPRetransFail", failed), ("TCPOrigDataSent", data)));

    [Theory]
    [InlineData(16, 100, true)]
    [InlineData(48, 1_000, false)] // players of a video server that pause
    [InlineData(9, 0, false)]
    public void PeersThatDoNotRead(long probes, long data, bool isFound) =>
        Assert.Equal(isFound, Has("zero window", Find("peer_window_closed", ("TCPWinProbe", probes), ("TCPOrigDataSent", data))));

    [Theory]
    [InlineData(16, 0, true)]
    [InlineData(1000, 998, false)] // slow readers, which open their windows again
    [InlineData(1000, 900, false)]
    [InlineData(4, 0, false)]
    public void AnApplicationThatDoesNotRead(long closed, long opened, bool isFound) =>
        Assert.Equal(
            isFound, Has("does not read", Find("reader_stuck", ("TCPToZeroWindowAdv", closed), ("TCPFromZeroWindowAdv", opened))));

    [Theory]
    [InlineData("PAWSTimewait", 10, 1_000_000, 1_000, true)]
    [InlineData("PAWSTimewait", 10, 1_000_000, 1_001, false)] // clients of a busy server
    [InlineData("PAWSTimewait", 9, 1_000_000, 0, false)]
    [InlineData("PAWSPassive", 10, 1_000_000, 0, true)]
    [InlineData("TSEcrRejected", 10, 1_000_000, 0, true)]
    [InlineData("PAWSEstab", 1600, 1600, 0, true)] // what older kernels count instead
    [InlineData("PAWSEstab", 20, 100_000, 0, false)] // delayed duplicates
    public void SegmentsRefusedForTheirTimestamps(string counter, long rejects, long segments, long accepted, bool isFound) =>
        Assert.Equal(
            isFound, Has("timestamps", Find("paws_rejects", (counter, rejects), ("InSegs", segments), ("PassiveOpens", accepted))));

    [Theory]
    [InlineData(2, "2 veth devices have their other ends in other network namespaces: containers")]
    [InlineData(1, "1 veth device has its other end in another network namespace: containers")]
    [InlineData(0, null)]
    public void ContainersAreNotCovered(long veths, string? text)
    {
        var devices = new Table(Devices.CountRows);
        devices[Devices.VethsToElsewhere] = veths;
        var snapshot = new Snapshot([devices]);
        snapshot.CopyFrom([devices], 0);
        var findings = HostVerdict.From(new SampleView(snapshot), ResourceRig.Window).Findings;
        var found = findings.SingleOrDefault(finding => finding.Id == "other_namespaces");
        Assert.StartsWith(text ?? "", found.Text ?? "", StringComparison.Ordinal);
        Assert.Equal(text is null ? null : Finding.Info, found.Severity);
        Assert.Null(found.Headline);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(99, false)]
    public void ANeighbourThatDoesNotAnswer(long discards, bool isFound) =>
        Assert.Equal(isFound, Find("neighbour_silent", ("unresolved_discards", discards)) is not null);
}
