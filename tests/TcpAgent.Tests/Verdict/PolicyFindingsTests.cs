using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Tests.Sources;
using TcpAgent.Verdict;
using static TcpAgent.Tests.Sources.ListenersRig;

namespace TcpAgent.Tests.Verdict;

/// <summary>Drops at a listener that no queue explains: a policy's, or handshakes that the kernel gave up, or nothing at all.</summary>
public sealed class PolicyFindingsTests : IDisposable
{
    readonly ListenersRig _rig = new();
    readonly ResourceMonitor _monitor;

    public PolicyFindingsTests() => _monitor = new ResourceMonitor([_rig.Netstat, _rig.Listeners], SamplingOptions.Default, _rig.Time);

    public void Dispose()
    {
        _monitor.Dispose();
        _rig.Dispose();
    }

    void Tick(uint drops, long listenDrops, long resets)
    {
        _rig.Root.Write(
            "net/netstat", $"TcpExt: ListenDrops ListenOverflows EmbryonicRsts TCPSynRetrans\nTcpExt: {listenDrops} 0 {resets} 0\n");
        _rig.Table.Set(Listen(443, 1, drops: drops));
        _rig.Tick();
        _monitor.Remember();
        _monitor.Derive(new Tick(0, _rig.Time.Now, false));
    }

    string[] Findings()
    {
        Table[] tables = [.. _rig.Listeners.Tables, .. _monitor.Tables];
        var snapshot = new Snapshot(tables);
        snapshot.CopyFrom(tables, 0);
        return [.. TcpAgent.Verdict.Findings.Check(new SampleView(snapshot)).Select(finding => finding.Id)];
    }

    [Theory]
    [InlineData(10, 0, 0, "policy_drops")]
    [InlineData(200, 3, 0, "policy_drops")]

    // The host gave handshakes up too: no route back, no memory.
    [InlineData(200, 200, 0, "listener_drops")]

    // Health checks that reset half-open connections, and strays.
    [InlineData(200, 0, 195, null)]
    [InlineData(9, 0, 0, null)]
    public void DropsAtAListener(uint drops, long listenDrops, long resets, string? finding)
    {
        Tick(7, 100, 50);
        Tick(7 + drops, 100 + listenDrops, 50 + resets);
        Assert.Equal(finding is null ? [] : [finding], Findings());
    }
}
