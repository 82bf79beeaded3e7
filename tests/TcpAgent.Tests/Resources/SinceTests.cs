using TcpAgent.Resources;

namespace TcpAgent.Tests.Resources;

/// <summary>Since when a resource and the verdict have had their state.</summary>
public sealed class SinceTests : IDisposable
{
    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void Conntrack(long count, int ticks = 1)
    {
        _rig.Conntrack.Set("", "nf_conntrack_count", count);
        _rig.Conntrack.Set("", "nf_conntrack_max", 100);
        _rig.Tick(ticks);
    }

    void ShowsVerdict(ResourceState state, DateTimeOffset? since)
    {
        var verdict = _rig.Judge();
        Assert.Equal(state, verdict.State);
        Assert.Equal(since, verdict.Since);
    }

    DateTimeOffset? OfResource(string name) => _rig.Report(name).Since;

    [Fact]
    public void AStateBeginsAtTheTickThatChangedIt()
    {
        Conntrack(10, ticks: 3);
        ShowsVerdict(ResourceState.Ok, since: null);
        Conntrack(85);
        var near = Now();
        Conntrack(90, ticks: 20);
        ShowsVerdict(ResourceState.Near, since: near);
        Assert.Equal(near, OfResource("conntrack"));
        _rig.Conntrack.Set("", "early_drop", 1);
        Conntrack(90);
        _rig.Conntrack.Set("", "early_drop", 2);
        Conntrack(90);
        var limiting = Now();
        Conntrack(90, ticks: 20);
        ShowsVerdict(ResourceState.Limiting, since: limiting);
    }

    /// <summary>A second problem does not make the first begin later.</summary>
    [Fact]
    public void AVerdictBeginsWithTheFirstOfItsProblems()
    {
        Conntrack(10);
        Conntrack(85);
        var first = Now();
        _rig.Tick(5);
        _rig.Sockstat.Set("TCP", "tw", 90);
        _rig.Setting("net.ipv4.tcp_max_tw_buckets", 100);
        _rig.Tick();
        Assert.Equal(first, _rig.Judge().Since);
        Assert.Equal(Now(), OfResource("time_wait"));
        Assert.Equal(first, OfResource("conntrack"));
    }

    [Fact]
    public void AStateFromBeforeTheAgentHasAnUnknownBeginning()
    {
        Conntrack(95, ticks: 10);
        ShowsVerdict(ResourceState.Near, since: null);
        Assert.Null(OfResource("conntrack"));
    }

    DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(_rig.Time.GetUtcNow().ToUnixTimeMilliseconds());
}
