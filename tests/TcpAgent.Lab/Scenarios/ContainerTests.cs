using System.Text.Json;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Scenarios;

/// <summary>
/// Ten containers with network namespaces of their own, and an agent in the host's, without any capability. One overflows; the others have
/// connections that wait, or are served, or nothing to do.
/// </summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class ContainerTests(ITestOutputHelper output)
{
    const string Uid = "8c1f0d2e-3b4a-4c5d-9e6f-7a8b9c0d1e2f";
    const string OtherUid = "11111111-2222-4333-8444-555555555555";
    const string SliceUid = "8c1f0d2e_3b4a_4c5d_9e6f_7a8b9c0d1e2f";
    const string Metric = "tcpagent_namespace_listen_overflows_total";
    const int Loud = 3;

    /// <summary>Longer than the whole test.</summary>
    const string Seconds = "120";

    /// <summary>Digits of the ids of containers, the first their number.</summary>
    static string Id(int number) => $"{number}f1c2a9b8d3e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";

    static readonly string[] s_cgroups =
    [
        $"/system.slice/docker-{Id(0)}.scope",
        $"/docker/{Id(1)}",
        $"/machine.slice/libpod-{Id(2)}.scope",
        $"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{SliceUid}.slice/cri-containerd-{Id(3)}.scope",
        $"/kubepods/besteffort/pod{OtherUid}/{Id(4)}",
        $"/kubepods.slice/kubepods-pod22222222_3333_4444_8555_666666666666.slice/crio-{Id(5)}.scope",
        "/lxc.payload.web",
        "/system.slice/lab-web.service",
        $"/system.slice/nerdctl-{Id(8)}.scope",
        "/lab-by-hand",
    ];

    /// <summary>What those are called that lose nothing, except the last.</summary>
    static readonly string[] s_quiet =
    [
        "docker container 0f1c2a9b8d3e\"", "docker container 1f1c2a9b8d3e\"", "podman container 2f1c2a9b8d3e\"", $"pod {OtherUid}\"",
        "pod 22222222-3333-4444-8555-666666666666\"", "lxc container web\"", "lab-web.service (python3[",
        "containerd container 8f1c2a9b8d3e\"",
    ];

    [SkippableFact]
    public async Task TheOneThatOverflowsIsNamedWithItsPort()
    {
        Require.Root();
        var containers = new List<Container>();
        try
        {
            foreach (var cgroup in s_cgroups)
                containers.Add(await Container.Create(cgroup));
            foreach (var (one, i) in containers.Select((one, i) => (one, i)))
                await Fill(one, i);
            await Overflows(containers[Loud], 30);
            await AssertNamed(containers);
            await AssertCounted(containers[Loud]);
            await AssertElsewhere(containers[0]);
        }
        finally
        {
            foreach (var one in containers)
                await one.DisposeAsync();
        }
    }

    /// <summary>A queue with room where nobody accepts, a server that accepts, or the one whose queue is full.</summary>
    static async Task Fill(Container one, int number)
    {
        if (number == Loud)
        {
            await one.StartAndWait(Kind.Listen, "127.0.0.1", "8080", "4", Seconds);
            await one.StartAndWait(Kind.Listen, "127.0.0.1", "9090", "64", Seconds);
            one.Start(Kind.Connects, "127.0.0.1", "8080", "20", Seconds);
        }
        else if (number % 2 == 0)
        {
            await one.StartAndWait(Kind.Listen, "127.0.0.1", $"{8080 + number}", "128", Seconds);
            one.Start(Kind.Burst, "127.0.0.1", $"{8080 + number}", "3", Seconds);
        }
        else
        {
            await one.StartAndWait(Kind.Sink, "127.0.0.1", $"{8080 + number}", Seconds);
            one.Start(Kind.Connects, "127.0.0.1", $"{8080 + number}", "5", Seconds);
        }
    }

    static async Task Overflows(Container one, int count)
    {
        var (file, arguments) = TrafficProgram.Command(Kind.UntilCounted, Signals.Overflows.Kernel, $"{count}");
        var (code, said) = await one.Place.RunAny(file, arguments);
        Assert.True(code == 0, $"the condition was not made: {said}");
    }

    async Task AssertNamed(List<Container> containers)
    {
        var (file, arguments) = AgentProgram.AsNobody("why", "--json", "--for=6s");
        var (code, said) = await Child.RunAny(file, arguments);
        output.WriteLine(said);
        var document = JsonDocument.Parse(said).RootElement;
        Assert.Equal(["accept_queue"], document.Blamed());
        Assert.Equal(2, code);
        var queue = document.Resource("accept_queue");
        Assert.Equal($"127.0.0.1:8080 in pod {Uid} (container {Id(Loud)[..12]})", queue.Subject());
        Assert.Equal((5, 4), (queue.GetProperty("peak").GetInt64(), queue.GetProperty("limit").GetInt64()));
        Assert.False(document.HasFinding("other_namespaces"), "another container is said to lose something");
        Assert.False(document.HasFinding("wrong_namespace"), "the host's is the right one");
        Assert.Equal(s_cgroups.Length, containers.Count);
    }

    /// <summary>Each is there under its runtime's name, and what is counted is what the kernel counts.</summary>
    static async Task AssertCounted(Container loud)
    {
        var (file, arguments) = AgentProgram.AsNobody("print", "--samples=2");
        var before = await Count(loud);
        var shown = AgentProgram.Parse(await Child.Run(file, arguments));
        var after = await Count(loud);
        double[] Values(string name) =>
        [
            .. shown.Where(one => one.Key.StartsWith($"{Metric}{{netns=\"{name}", StringComparison.Ordinal)).Select(one => one.Value),
        ];
        Assert.InRange(Assert.Single(Values($"pod {Uid}\"")), before, after);
        foreach (var name in s_quiet)
            Assert.Equal(0, Assert.Single(Values(name)));
        Assert.Contains(0, Values("python3["));
    }

    static async Task<double> Count(Container one)
    {
        var (file, arguments) = TrafficProgram.Command(Kind.KernelCounters);
        return JsonSerializer.Deserialize<Dictionary<string, double>>(await one.Place.Run(file, arguments))!
            .GetValueOrDefault(Signals.Overflows.Kernel);
    }

    /// <summary>An agent in one of the containers judges that one alone, and says so.</summary>
    static async Task AssertElsewhere(Container quiet)
    {
        var (file, arguments) = AgentProgram.AsNobody("why", "--json", "--for=3s");
        var (_, said) = await quiet.Place.RunAny(file, arguments);
        var document = JsonDocument.Parse(said).RootElement;
        Assert.Equal("ok", document.Verdict());
        Assert.True(document.HasFinding("wrong_namespace"), "it does not say that it is not in the host's namespace");
    }
}
