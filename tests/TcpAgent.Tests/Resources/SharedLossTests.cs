using TcpAgent.Resources;

namespace TcpAgent.Tests.Resources;

/// <summary>Several causes move these counters. Only what a resource itself lost is blamed on it.</summary>
public sealed class SharedLossTests : IDisposable
{
    const ResourceState Ok = ResourceState.Ok, Near = ResourceState.Near, Limiting = ResourceState.Limiting;

    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void Fragments(long used, long fails, long timeouts, long used6 = 0, long fails6 = 0, long timeouts6 = 0)
    {
        _rig.Setting("net.ipv4.ipfrag_high_thresh", 1000);
        _rig.Setting("net.ipv6.ip6frag_high_thresh", 1000);
        _rig.Sockstat.Set("FRAG", "memory", used);
        _rig.Sockstat.Set("FRAG6", "memory", used6);
        _rig.Snmp.Set("Ip", "ReasmFails", fails);
        _rig.Snmp.Set("Ip", "ReasmTimeout", timeouts);
        _rig.Snmp6.Set("", "Ip6ReasmFails", fails6);
        _rig.Snmp6.Set("", "Ip6ReasmTimeout", timeouts6);
        _rig.Tick();
    }

    [Fact]
    public void AFragmentThatNeverCameIsNoLossOfTheMemory()
    {
        Fragments(850, fails: 50, timeouts: 40);
        Fragments(850, fails: 90, timeouts: 80, fails6: 30, timeouts6: 30);
        _rig.Monitor.Shows("fragments", state: Near, losses: 0);
        Assert.Contains(_rig.Report("fragments").Evidence, line => line.StartsWith("70 packets were given up", StringComparison.Ordinal));
    }

    [Fact]
    public void AFragmentThatWasEvictedIsALossOfTheMemory()
    {
        Fragments(850, fails: 50, timeouts: 40);
        Fragments(850, fails: 90, timeouts: 80, fails6: 30, timeouts6: 30);
        Fragments(850, fails: 97, timeouts: 85, fails6: 30, timeouts6: 30);
        _rig.Monitor.Shows("fragments", state: Limiting, losses: 2);
    }

    [Fact]
    public void BadFragmentsOfOneFamilyAreNoLossOfTheOthersMemory()
    {
        Fragments(850, fails: 0, timeouts: 0);
        Fragments(850, fails: 0, timeouts: 0, used6: 10, fails6: 30);
        _rig.Monitor.Shows("fragments", state: Near, losses: 0);
        Fragments(850, fails: 0, timeouts: 0, used6: 990, fails6: 35);
        _rig.Monitor.Shows("fragments", state: Limiting, losses: 5);
        Assert.Equal("IPv6", _rig.Report("fragments").Subject);
    }

    /// <summary>The kernel does not end connections above the pressure mark, but at the third value or for too many orphans.</summary>
    [Fact]
    public void ConnectionsEndedForOrphansAreNoLossOfMemoryUnderPressure()
    {
        void Tick(long pages, long aborts)
        {
            foreach (var (field, value) in ((int, long)[])[(0, 100), (1, 150), (2, 1000)])
                _rig.Setting("net.ipv4.tcp_mem", value, field);
            _rig.Setting("net.ipv4.tcp_max_orphans", 100);
            _rig.Sockstat.Set("TCP", "mem", pages);
            _rig.Sockstat.Set("TCP", "orphan", 100);
            _rig.TcpExt("TCPAbortOnMemory", aborts);
            _rig.Tick();
        }
        Tick(200, 0);
        Tick(200, 5);
        _rig.Monitor.Shows("tcp_memory", state: Near);
        _rig.Monitor.Shows("orphans", state: Limiting);
        Tick(900, 8);
        _rig.Monitor.Shows("tcp_memory", state: Limiting, losses: 3);
    }

    /// <summary>Before 5.17 the memory limit of a cgroup also moves MemErrors.</summary>
    [Fact]
    public void MemErrorsFarFromTheHostsLimitProveNothing()
    {
        void Tick(long pages, long errors)
        {
            _rig.Setting("net.ipv4.udp_mem", 1000, 2);
            _rig.Sockstat.Set("UDP", "mem", pages);
            _rig.Snmp.Set("Udp", "MemErrors", errors);
            _rig.Tick();
        }
        Tick(10, 0);
        Tick(10, 7);
        _rig.Monitor.Shows("udp_memory", state: Ok, recentLosses: 7);
        Tick(900, 9);
        _rig.Monitor.Shows("udp_memory", state: Limiting);
    }

    [Fact]
    public void WhereTheHostsLimitCannotBeReadMemErrorsProveIt()
    {
        _rig.Snmp.Set("Udp", "MemErrors", 0);
        _rig.Tick();
        _rig.Snmp.Set("Udp", "MemErrors", 7);
        _rig.Tick();
        _rig.Monitor.Shows("udp_memory", state: Limiting);
    }
}
