using TcpAgent.Kernel;
using TcpAgent.Sources;
using static TcpAgent.Resources.ResourceState;

namespace TcpAgent.Tests.Sources;

/// <summary>Other network namespaces: which there are, what they are called, and that no name is ever wrong.</summary>
public sealed class NamespacesTests : IDisposable
{
    const string Id = "4f1c2a9b8d3e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";
    const string Uid = "8c1f0d2e-3b4a-4c5d-9e6f-7a8b9c0d1e2f";
    const string SliceUid = "8c1f0d2e_3b4a_4c5d_9e6f_7a8b9c0d1e2f";
    const string Kubepods = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + SliceUid + ".slice";
    const string CgroupFs = "/kubepods/burstable/pod" + Uid + "/" + Id;

    readonly NamespaceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void TheCountersOfAnotherNamespaceAreExported()
    {
        _rig.Counts("web", overflows: 40);
        _rig.Process(700, "nginx", "web", $"0::/system.slice/docker-{Id}.scope");
        _rig.Tick().Shows(Outcome.Ok);
        const string name = "docker container 4f1c2a9b8d3e";
        Assert.Equal(
            [$"netns=\"{name}\",unit=\"\",container_id=\"{Id}\",pod_uid=\"\""], _rig.Source[NamespaceRows.Rows].Keys());
        Assert.Equal(40, _rig.Value("listen_overflows_total", name));
        Assert.Equal(42, _rig.Value("listen_drops_total", name));
        Assert.Equal(3, _rig.Value("syncookies_sent_total", name));
        Assert.Equal(7, _rig.Value("retransmitted_segments_total", name));
        Assert.Equal(500, _rig.Value("segments_sent_total", name));
        Assert.Equal(4, _rig.Value("time_wait_sockets", name));
        Assert.Equal(7, _rig.Value("tcp_sockets_inuse", name));
        Assert.Equal(1, _rig.Source.Value("tcpagent_namespaces"));
        Assert.Equal(0, _rig.Source.Value("tcpagent_namespaces_omitted"));
    }

    [Theory]
    [InlineData("0::/system.slice/nginx.service", "nginx.service (nginx[700])")]
    [InlineData("0::" + Kubepods + "/cri-containerd-" + Id + ".scope", "pod " + Uid)]
    [InlineData("0::/kubepods/besteffort/pod" + Uid + "/" + Id, "pod " + Uid)]
    [InlineData("0::" + Kubepods + "/crio-" + Id + ".scope/container", "pod " + Uid)]
    [InlineData("4:memory:" + CgroupFs + "\n1:name=systemd:" + CgroupFs, "pod " + Uid)]
    [InlineData("0::/../../pod" + Uid + "/" + Id, "pod " + Uid)]
    [InlineData("0::/../../kubepods-besteffort-pod" + SliceUid + ".slice/cri-containerd-" + Id + ".scope", "pod " + Uid)]
    [InlineData("12:pids:/\n1:name=systemd:/docker/" + Id + "\n0::/", "docker container 4f1c2a9b8d3e")]
    [InlineData("0::/", "nginx[700]")]
    [InlineData("", "nginx[700]")]
    public void ANamespaceIsNamedByItsCgroup(string cgroup, string name)
    {
        _rig.Counts("web", overflows: 0);
        _rig.Process(700, "nginx", "web", cgroup);
        _rig.Tick();
        Assert.Equal([name], _rig.Names);
    }

    [Fact]
    public void TwoNamespacesOfOneNameAreToldApart()
    {
        _rig.Counts("one", overflows: 1);
        _rig.Counts("two", overflows: 2);
        _rig.Process(700, "a", "one", $"0::/docker/{Id}");
        _rig.Process(701, "b", "two", $"0::/docker/{Id}");
        _rig.Tick();
        Assert.Equal(2, _rig.Names.Distinct().Count());
        Assert.Contains("docker container 4f1c2a9b8d3e, b[701]", _rig.Names);
    }

    [Fact]
    public void HostileNamesAreEscapedAndShort()
    {
        _rig.Counts("web", overflows: 0);
        _rig.Process(700, "a\"b\\\n\u001b[1m", "web", "0::/" + new string('x', 3000) + "\"\u001b");
        _rig.Tick();
        var key = _rig.Source[NamespaceRows.Rows].Keys().Single();
        Assert.DoesNotContain('\n', key);
        Assert.DoesNotContain('\u001b', key);
        Assert.InRange(key.Length, 1, 400);
    }

    [Fact]
    public void AProcessOfTheAgentsOwnNamespaceIsNone()
    {
        _rig.Process(700, "sshd", "");
        _rig.Tick();
        Assert.Empty(_rig.Names);
        Assert.Equal(0, _rig.Source.Value("tcpagent_namespaces"));
    }

    /// <summary>A container's agent, with the host's /proc: process 1 is elsewhere.</summary>
    [Fact]
    public void AnAgentInAnotherNamespaceThanProcessOneLooksAtNone()
    {
        _rig.Counts("host", overflows: 9);
        _rig.Process(1, "systemd", "host");
        _rig.Tick().Shows(Outcome.Absent);
        Assert.Empty(_rig.Names);
    }

    [Fact]
    public void BeyondTheRoomTheyAreCounted()
    {
        for (var i = 0; i < NamespaceTable.MaxNamespaces + 5; i++)
        {
            _rig.Counts($"n{i}", overflows: 0);
            _rig.Process(1000 + i, "x", $"n{i}");
        }
        _rig.Tick();
        Assert.Equal(NamespaceTable.MaxNamespaces, _rig.Names.Length);
        Assert.Equal(NamespaceTable.MaxNamespaces + 5, _rig.Source.Value("tcpagent_namespaces"));
        Assert.Equal(5, _rig.Source.Value("tcpagent_namespaces_omitted"));
    }

    [Fact]
    public void AfterItsFirstProcessANamespaceIsReadThroughAnother()
    {
        _rig.Counts("web", overflows: 10);
        _rig.Process(700, "pause", "web", $"0::/docker/{Id}");
        _rig.Process(701, "nginx", "web", $"0::/docker/{Id}");
        _rig.Tick();
        _rig.Tick();
        var instance = _rig.Source[NamespaceRows.Rows].InstanceAt(0);
        _rig.End(700);
        _rig.Tick();
        _rig.Tick();
        Assert.Same(instance, _rig.Source[NamespaceRows.Rows].InstanceAt(0));
    }

    /// <summary>The kernel gives the number of a namespace that is gone to the next one.</summary>
    [Fact]
    public void ANewNamespaceWithAnOldNumberIsAnotherOne()
    {
        _rig.Counts("web", overflows: 10);
        _rig.Process(700, "old", "web");
        _rig.Tick();
        _rig.End(700);
        _rig.Counts("web", overflows: 500);
        _rig.Process(900, "new", "web");
        _rig.Tick();
        Assert.Equal(["new[900]"], _rig.Names);
        _rig.Concludes(Ok);
        _rig.Tick();
        Assert.Equal(["new[900]"], _rig.Names);
        _rig.Concludes(Ok);
    }

    [Fact]
    public void APidThatIsUsedAgainElsewhereNamesNothing()
    {
        _rig.Counts("web", overflows: 10);
        _rig.Process(700, "web", "web");
        _rig.Tick();
        _rig.Process(700, "cron", "", start: 900);
        _rig.TickWithoutWalk();
        Assert.Empty(_rig.Names);
        _rig.Tick();
        Assert.Empty(_rig.Names);
    }

    [Fact]
    public void ANamespaceThatVanishesIsWithdrawnAtTheNextLook()
    {
        _rig.Counts("web", overflows: 10);
        _rig.Process(700, "web", "web");
        _rig.Tick();
        _rig.End(700);
        _rig.TickWithoutWalk();
        Assert.Empty(_rig.Names);
    }

    /// <summary>The losses are in the longest of the files, and none comes without a segment.</summary>
    [Fact]
    public void WithoutASegmentTheLossesAreReadAtEveryFourthLook()
    {
        _rig.Counts("web", overflows: 10);
        _rig.Process(700, "web", "web");
        _rig.Tick();
        var overflows = new List<long?>();
        for (var i = 0; i < 4; i++)
        {
            _rig.Segments--;
            _rig.Counts("web", overflows: 20);
            _rig.TickWithoutWalk();
            overflows.Add(_rig.Value("listen_overflows_total", "web[700]"));
        }
        Assert.Equal([10, 10, 10, 20], overflows);
        _rig.Counts("web", overflows: 30);
        _rig.TickWithoutWalk();
        Assert.Equal(30, _rig.Value("listen_overflows_total", "web[700]"));
    }

    [Fact]
    public void ADamagedFileIsCountedAndTheRestKept()
    {
        _rig.Counts("web", overflows: 10);
        _rig.Root.Write("spaces/web/snmp", "Tcp: RetransSegs\nTcp: x\n");
        _rig.Process(700, "web", "web");
        _rig.Tick().Shows(Outcome.Partial);
        Assert.Equal(10, _rig.Value("listen_overflows_total", "web[700]"));
        Assert.Equal(KernelValue.Absent, _rig.Value("retransmitted_segments_total", "web[700]"));
    }

    [Fact]
    public void TicksAllocateNothing()
    {
        for (var i = 0; i < 20; i++)
        {
            _rig.Counts($"n{i}", overflows: i, (80 + i, 3));
            _rig.Process(1000 + i, "x", $"n{i}");
        }
        for (var i = 0; i < 20; i++)
            Read();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
            Read();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    void Read()
    {
        _rig.Time.Now += ManualTime.Second;
        _rig.Source.Read(new Tick(0, _rig.Time.Now, IsSlow: false));
    }
}
