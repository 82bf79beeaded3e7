using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Resources;

/// <summary>Resources whose limit is a setting, where there is no such setting and where it cannot be read.</summary>
public class MissingSettingsTests
{
    static readonly string[] s_limited =
        ["softnet_backlog", "neighbour_v4", "neighbour_v6", "route_cache_v6", "fragments", "tcp_memory", "udp_memory", "orphans",
            "time_wait", "file_handles"];

    [Fact]
    public void WhereSettingsCannotBeReadTheirLimitsAreUnknownNotAbsent()
    {
        using var rig = new ResourceRig();
        rig.Sockstat.Set("TCP", "mem", 500);
        rig.Sockstat.Set("TCP", "orphan", 500);
        rig.Tick();
        foreach (var name in s_limited)
            Assert.Equal((name, ResourceState.Absent), (name, rig.Report(name).State));
        Assert.Equal(ResourceState.Ok, rig.Judge().State);

        rig.Sysctl.Status = ReadStatus.Failed("/proc/sys", 13);
        rig.Tick();
        foreach (var name in s_limited)
            Assert.Equal((name, ResourceState.Unknown), (name, rig.Report(name).State));
        Assert.Equal(ResourceState.Unknown, rig.Judge().State);
    }

    [Fact]
    public void WithoutTheSettingsTheirLimitsAreUnknown()
    {
        using var rig = new ResourceRig("sysctl");
        rig.Sockstat.Set("TCP", "mem", 500);
        rig.Tick();
        foreach (var name in s_limited)
            Assert.Equal((name, ResourceState.Unknown), (name, rig.Report(name).State));
    }
}
