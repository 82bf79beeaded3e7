using static TcpAgent.Resources.ResourceState;

namespace TcpAgent.Tests.Sources;

/// <summary>Accept queues of other network namespaces that overflow: a limiter like any other.</summary>
public sealed class NamespaceQueuesTests : IDisposable
{
    const string Id = "4f1c2a9b8d3e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";
    const string Uid = "8c1f0d2e-3b4a-4c5d-9e6f-7a8b9c0d1e2f";
    const string Kubepods = $"0::/kubepods/besteffort/pod{Uid}/{Id}";

    readonly NamespaceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void Overflow(string place, params (int Port, int Queue)[] listeners)
    {
        _rig.Counts(place, overflows: 10, listeners);
        _rig.Tick();
        _rig.Counts(place, overflows: 50, listeners);
        _rig.Tick();
        _rig.Tick();
    }

    [Fact]
    public void TheFullQueueIsNamedWithItsPort()
    {
        _rig.Process(700, "nginx", "web", $"0::/docker/{Id}");
        Overflow("web", (22, 0), (8080, 5));
        _rig.Concludes(Limiting, used: 5, limit: 4, subject: ":8080 in docker container 4f1c2a9b8d3e (nginx)");
    }

    [Fact]
    public void APodIsNamedWithItsContainer()
    {
        _rig.Process(690, "pause", "web", Kubepods);
        const string volume = $"/var/lib/kubelet/pods/{Uid}/containers/web-server/0b1a2c3d";
        _rig.Process(
            700, "nginx: master", "web", Kubepods, mounts: $"980 970 259:1 {volume} /dev/termination-log rw - ext4 /dev/root rw\n");
        Overflow("web", (8080, 5));
        _rig.Concludes(Limiting, subject: $":8080 in pod {Uid} (container web-server)");
    }

    /// <summary>Losses of before the first look may be a day old.</summary>
    [Fact]
    public void WhatWasCountedBeforeIsNoLoss()
    {
        _rig.Process(700, "nginx", "web");
        _rig.Counts("web", overflows: 1_000_000, (8080, 5));
        _rig.Tick();
        _rig.Tick();
        _rig.Concludes(Ok);
        Assert.Equal(0, _rig.Source.Value("tcpagent_namespaces_overflows"));
    }

    /// <summary>Either may be the one whose limit is small.</summary>
    [Fact]
    public void OfTwoQueuesThatStandNoneIsNamed()
    {
        _rig.Process(700, "nginx", "web");
        Overflow("web", (8080, 5), (9090, 100));
        _rig.Concludes(Limiting, used: 0, limit: Expected.Absent, subject: "a listener in nginx[700]");
    }

    [Fact]
    public void AQueueThatIsServedIsNotNamedBesideOneThatStands()
    {
        _rig.Process(700, "nginx", "web");
        _rig.Counts("web", overflows: 10, (8080, 5), (9090, 100));
        _rig.Tick();
        _rig.Counts("web", overflows: 50, (8080, 5), (9090, 100));
        _rig.Tick();
        _rig.Counts("web", overflows: 50, (8080, 5), (9090, 60));
        _rig.Tick();
        _rig.Concludes(Limiting, used: 5, limit: 4, subject: ":8080 in nginx[700]");
    }

    [Fact]
    public void ABurstThatIsOverNamesTheNamespace()
    {
        _rig.Process(700, "nginx", "web");
        Overflow("web", (8080, 0));
        _rig.Concludes(Limiting, limit: Expected.Absent, subject: "a listener in nginx[700]");
    }

    [Fact]
    public void AfterTheWindowItIsOver()
    {
        _rig.Process(700, "nginx", "web");
        Overflow("web", (8080, 5));
        _rig.Counts("web", overflows: 50, (8080, 0));
        for (var i = 0; i < 130; i++)
            _rig.Tick();
        _rig.Concludes(Ok, subject: "");
    }

    [Fact]
    public void ANamespaceThatVanishesMeanwhileIsNotNamed()
    {
        _rig.Process(700, "nginx", "web");
        _rig.Counts("web", overflows: 10, (8080, 5));
        _rig.Tick();
        _rig.Counts("web", overflows: 50, (8080, 5));
        _rig.Tick();
        _rig.End(700);
        _rig.Tick();
        _rig.Concludes(Ok, subject: "");
    }

    [Fact]
    public void TheWorstOfSeveralIsNamedAndTheOthersAreFound()
    {
        foreach (var (place, pid) in ((string, int)[])[("a", 700), ("b", 701)])
        {
            _rig.Process(pid, place, place);
            _rig.Counts(place, overflows: 10, (8080, 5));
        }
        _rig.Tick();
        _rig.Counts("a", overflows: 20, (8080, 5));
        _rig.Counts("b", overflows: 90, (8081, 9));
        for (var i = 0; i < 4; i++)
            _rig.Tick();
        _rig.Concludes(Limiting);
        var named = _rig.Monitor.Subjects();
        Assert.Matches("^:808[01] in [ab]\\[70[01]\\]$", named);
        var other = named.Contains("a[700]", StringComparison.Ordinal) ? "b[701], 80" : "a[700], 10";
        Assert.Contains($"1 other network namespace turns handshakes away: {other} at a full accept queue", _rig.Finds("other_namespaces"));
    }

    [Fact]
    public void AFullSynQueueIsAFinding()
    {
        _rig.Process(700, "nginx", "web");
        _rig.Counts("web", overflows: 10);
        _rig.Tick();
        Assert.Null(_rig.Finds("other_namespaces"));
        _rig.RequestDrops = 30;
        _rig.Counts("web", overflows: 10);
        _rig.Tick();
        _rig.Concludes(Ok);
        Assert.Contains("nginx[700], 30 at a full SYN queue", _rig.Finds("other_namespaces"));
    }
}
