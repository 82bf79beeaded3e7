using TcpAgent.Tests.Metrics;

namespace TcpAgent.Tests.Resources;

/// <summary>Changes of the resources' states, counted when they happen.</summary>
public sealed class VerdictChangesTests : IDisposable
{
    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void Conntrack(long count, int ticks, long earlyDrops = 0)
    {
        _rig.Conntrack.Set("", "nf_conntrack_count", count);
        _rig.Conntrack.Set("", "nf_conntrack_max", 100);
        _rig.Conntrack.Set("", "early_drop", earlyDrops);
        _rig.Tick(ticks);
    }

    void AssertCounted(string ok, string near, string limiting) =>
        Assert.Equal((ok, near, limiting), (To("ok"), To("near"), To("limiting")));

    string? To(string state) => _rig.Events.Value($"tcpagent_verdict_changes_total{{state=\"{state}\"}}");

    [Fact]
    public void EachIsCountedOnceByWhatItChangedTo()
    {
        AssertCounted("0", "0", "0");
        Conntrack(79, ticks: 3);
        AssertCounted("0", "0", "0");
        Conntrack(80, ticks: 3);
        AssertCounted("0", "1", "0");
        Conntrack(10, ticks: 3, earlyDrops: 1);
        AssertCounted("0", "1", "1");
        Conntrack(10, ticks: 70, earlyDrops: 1);
        AssertCounted("1", "1", "1");
    }
}
