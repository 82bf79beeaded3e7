using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Resources;

/// <summary>Resources whose limit is a setting that does not exist or cannot be read.</summary>
public class MissingSettingsTests
{
    static readonly string[] s_limited =
        ["softnet_backlog", "neighbour_v4", "neighbour_v6", "route_cache_v6", "fragments", "tcp_memory", "udp_memory", "orphans",
            "time_wait", "file_handles"];

    static void ShowsLimited(ResourceRig rig, ResourceState state)
    {
        foreach (var name in s_limited)
            new Facts(name).Is<ResourceState>(state, rig.Report(name).State).Verify();
    }

    [Fact]
    public void WhereASettingDoesNotExistItsResourceIsAbsent()
    {
        using var rig = new ResourceRig();
        rig.Sockstat.Set("TCP", "mem", 500);
        rig.Sockstat.Set("TCP", "orphan", 500);
        rig.Tick();
        ShowsLimited(rig, ResourceState.Absent);
        Assert.Equal(ResourceState.Ok, rig.Judge().State);
    }

    [Fact]
    public void WhereSettingsCannotBeReadTheirResourcesAreUnknown()
    {
        using var rig = new ResourceRig();
        rig.Sockstat.Set("TCP", "mem", 500);
        rig.Sockstat.Set("TCP", "orphan", 500);
        rig.Tick();
        rig.Sysctl.Status = ReadStatus.Failed("/proc/sys", 13);
        rig.Tick();
        ShowsLimited(rig, ResourceState.Unknown);
        Assert.Equal(ResourceState.Unknown, rig.Judge().State);
    }

    [Fact]
    public void WithoutTheSourceOfTheSettingsTheirResourcesAreUnknown()
    {
        using var rig = new ResourceRig("sysctl");
        rig.Sockstat.Set("TCP", "mem", 500);
        rig.Tick();
        ShowsLimited(rig, ResourceState.Unknown);
    }
}
