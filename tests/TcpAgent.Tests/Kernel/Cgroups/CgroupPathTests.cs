using System.Text;
using TcpAgent.Kernel.Cgroups;

namespace TcpAgent.Tests.Kernel.Cgroups;

/// <summary>The paths that systemd and the container runtimes make, with both drivers.</summary>
public class CgroupPathTests
{
    const string Id = "4f1c2a9b8d3e5f60718293a4b5c6d7e8f9012345678901234567890123456789";
    const string Other = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const string Uid = "8c1f3b52-7d04-4e6a-9a61-2b8f0c5d7e93";
    const string UidInSlice = "8c1f3b52_7d04_4e6a_9a61_2b8f0c5d7e93";
    const string StaticUid = "a1b2c3d4e5f60718293a4b5c6d7e8f90";

    static Workload Parse(string path) => CgroupPath.Parse(Encoding.Latin1.GetBytes(path));

    [Theory]
    [InlineData("/system.slice/nginx.service", "nginx.service")]
    [InlineData("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service")]
    [InlineData(@"/system.slice/system-php\x2dfpm.slice/php\x2dfpm@8.service", @"php\x2dfpm@8.service")]
    [InlineData("/system.slice/postgresql.service/worker", "postgresql.service")]
    [InlineData("/user.slice/user-1000.slice/session-3.scope", "session-3.scope")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/web.service", "user@1000.service/web.service")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service/init.scope")]
    [InlineData("/machine.slice/systemd-nspawn@web.service/payload/system.slice/nginx.service", "systemd-nspawn@web.service/nginx.service")]
    [InlineData("/machine.slice/machine-web.scope/init.scope", "machine-web.scope/init.scope")]
    [InlineData("/init.scope", "init.scope")]
    [InlineData("/system.slice/_cgroup.service", "cgroup.service")]
    [InlineData("/../../system.slice/nginx.service", "nginx.service")]
    [InlineData($"/system.slice/crio-conmon-{Id}.scope", $"crio-conmon-{Id}.scope")]
    public void AUnitOfSystemd(string path, string unit)
    {
        var workload = Parse(path);
        Assert.Equal((WorkloadKind.Unit, unit, ""), (workload.Kind, workload.Unit, workload.Container));
        Assert.Equal(unit, workload.Name);
    }

    [Theory]
    [InlineData($"/system.slice/docker-{Id}.scope", "docker")]
    [InlineData($"/docker/{Id}", "docker")]
    [InlineData($"/docker/{Other}/docker/{Id}", "docker")]
    [InlineData($"/system.slice/nerdctl-{Id}.scope", "containerd")]
    [InlineData($"/machine.slice/libpod-{Id}.scope", "podman")]
    [InlineData($"/machine.slice/libpod-{Id}.scope/container", "podman")]
    [InlineData($"/libpod_parent/libpod-{Id}/ctr", "podman")]
    [InlineData($"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{Id}.scope/container", "podman")]
    [InlineData($"/machine.slice/crio-{Id}.scope", "cri-o")]
    [InlineData($"/ecs/0123456789abcdef0123456789abcdef/{Id}", "")]
    [InlineData($"/default/{Id}", "")]
    public void AContainer(string path, string runtime)
    {
        var workload = Parse(path);
        Assert.Equal((WorkloadKind.Container, runtime, Id, ""), (workload.Kind, workload.Runtime, workload.Container, workload.Pod));
        Assert.Equal(runtime.Length > 0 ? $"{runtime} container 4f1c2a9b8d3e" : "container 4f1c2a9b8d3e", workload.Name);
    }

    [Theory]
    [InlineData(
        $"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{UidInSlice}.slice/cri-containerd-{Id}.scope", "containerd")]
    [InlineData($"/kubepods.slice/kubepods-pod{UidInSlice}.slice/crio-{Id}.scope", "cri-o")]
    [InlineData($"/kubepods.slice/kubepods-pod{UidInSlice}.slice/crio-{Id}.scope/container", "cri-o")]
    [InlineData($"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{UidInSlice}.slice/docker-{Id}.scope", "docker")]
    [InlineData($"/kubepods/burstable/pod{Uid}/{Id}", "")]
    [InlineData($"/kubepods/pod{Uid}/crio-{Id}", "cri-o")]
    [InlineData($"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod{UidInSlice}.slice/cri-containerd-{Id}.scope", "containerd")]
    [InlineData($"/docker/{Other}/kubelet/kubepods/besteffort/pod{Uid}/{Id}", "")]
    [InlineData($"/system.slice/containerd.service/kubepods-burstable-pod{UidInSlice}.slice:cri-containerd:{Id}", "containerd")]
    [InlineData($"/kubepods-burstable-pod{UidInSlice}.slice:cri-containerd:{Id}", "containerd")]
    [InlineData($"/../cri-containerd-{Other}.scope/kubepods/pod{Uid}/{Id}", "")]
    public void AContainerOfAPod(string path, string runtime)
    {
        var workload = Parse(path);
        Assert.Equal((WorkloadKind.Container, runtime, Id, Uid), (workload.Kind, workload.Runtime, workload.Container, workload.Pod));
        Assert.StartsWith($"pod {Uid}, ", workload.Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{StaticUid}.slice", StaticUid)]
    [InlineData($"/kubepods/pod{Uid}", Uid)]
    public void APodOutsideItsContainers(string path, string uid)
    {
        var workload = Parse(path);
        Assert.Equal((WorkloadKind.Pod, uid, $"pod {uid}"), (workload.Kind, workload.Pod, workload.Name));
    }

    [Theory]
    [InlineData($"/docker/{Id}/system.slice/nginx.service", "nginx.service in docker container 4f1c2a9b8d3e")]
    [InlineData("/lxc.payload.web/system.slice/nginx.service", "nginx.service in lxc container web")]
    [InlineData("/lxc/web", "lxc container web")]
    [InlineData("/lxc.payload/web/init.scope", "init.scope in lxc container web")]
    public void AUnitInAContainer(string path, string name) => Assert.Equal(name, Parse(path).Name);

    [Theory]
    [InlineData("/user.slice", nameof(WorkloadKind.Slice), "user.slice")]
    [InlineData("/system.slice/system-php.slice", nameof(WorkloadKind.Slice), "system-php.slice")]
    [InlineData("/openrc.nginx", nameof(WorkloadKind.Other), "cgroup /openrc.nginx")]
    [InlineData("/payload", nameof(WorkloadKind.Other), "cgroup /payload")]
    [InlineData("/", nameof(WorkloadKind.Root), "")]
    [InlineData("/../..", nameof(WorkloadKind.Root), "")]
    [InlineData("", nameof(WorkloadKind.Unknown), "")]
    [InlineData("nginx.service", nameof(WorkloadKind.Unknown), "")]
    public void AnythingElse(string path, string kind, string name)
    {
        var workload = Parse(path);
        Assert.Equal((kind, name, name.Length > 0), (workload.Kind.ToString(), workload.Name, workload.IsNamed));
    }

    /// <summary>A name that looks like an id, a UID or a runtime but is not one stays what it is.</summary>
    [Theory]
    [InlineData("/docker/4f1c2a9b8d3e")]
    [InlineData($"/kubepods-like/{Uid}")]
    [InlineData("/app/pod1234")]
    [InlineData($"/app/x{Id}")]
    [InlineData($"/app/-{Id}")]
    public void ALookAlikeIsNeitherContainerNorPod(string path) => Assert.Equal(WorkloadKind.Other, Parse(path).Kind);

    /// <summary>Whoever may make a cgroup chooses its bytes.</summary>
    [Fact]
    public void AHostileNameIsHarmlessAndBounded()
    {
        var workload = Parse("/system.slice/\u001b[31m\"}\n" + new string('a', 4000) + ".service");
        Assert.Equal(WorkloadKind.Unit, workload.Kind);
        Assert.StartsWith(@"\x1b[31m\x22}\x0aaaa", workload.Unit, StringComparison.Ordinal);
        Assert.InRange(workload.Unit.Length, 1, CgroupName.MaxLength);
        Assert.InRange(workload.Path.Length, 1, CgroupName.MaxLength);
    }

    /// <summary>systemctl shows and takes its own escapes, so they stay; anything that could be mistaken for ours does not.</summary>
    [Theory]
    [InlineData(@"a\x2db", @"a\x2db")]
    [InlineData(@"a\x1bb", @"a\x5cx1bb")]
    [InlineData(@"a\x22b", @"a\x5cx22b")]
    [InlineData(@"a\x5cb", @"a\x5cx5cb")]
    [InlineData(@"a\b\x2", @"a\x5cb\x5cx2")]
    [InlineData("caf\u00e9", @"caf\xe9")]
    public void TwoNamesAreTwoTexts(string name, string text) => Assert.Equal(text, CgroupName.Text(Encoding.Latin1.GetBytes(name)));
}
