using TcpAgent.Tests.Metrics;

namespace TcpAgent.Tests.Resources;

/// <summary>Changes of the resources' states are counted when they happen.</summary>
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

    void ShowsChanges(string ok, string near, string limiting) =>
        new Facts("changes").Is(ok, To("ok")).Is(near, To("near")).Is(limiting, To("limiting")).Verify();

    string? To(string state) => _rig.Events.Value($"tcpagent_verdict_changes_total{{state=\"{state}\"}}");

    [Fact]
    public void EachChangeIsCountedOnceUnderItsNewState()
    {
        ShowsChanges(ok: "0", near: "0", limiting: "0");
        Conntrack(79, ticks: 3);
        ShowsChanges(ok: "0", near: "0", limiting: "0");
        Conntrack(80, ticks: 3);
        ShowsChanges(ok: "0", near: "1", limiting: "0");
        Conntrack(10, ticks: 3, earlyDrops: 1);
        ShowsChanges(ok: "0", near: "1", limiting: "1");
        Conntrack(10, ticks: 70, earlyDrops: 1);
        ShowsChanges(ok: "1", near: "1", limiting: "1");
    }
}
