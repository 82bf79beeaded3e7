using TcpAgent.Sources;
using static TcpAgent.Tests.Sources.OwnersRig;

namespace TcpAgent.Tests.Sources;

/// <summary>Whose listener it is: the right name, or none.</summary>
public class OwnersTests
{
    const string Id = "4f1c2a9b8d3e5f60718293a4b5c6d7e8f9012345678901234567890123456789";

    static OwnersRig Of(params string[] programs)
    {
        var rig = new OwnersRig();
        for (var i = 0; i < programs.Length; i++)
            rig.Process(800 + i, programs[i]);
        rig.Rig.Table.Set(Listener(rig.Cgroup(Unit, [.. Enumerable.Range(800, programs.Length)])));
        return rig;
    }

    [Fact]
    public void AUnitOfOneProgramIsNamedWithIt()
    {
        using var rig = Of("nginx", "nginx", "nginx", "nginx");
        rig.Tick();
        Assert.Equal("nginx (web.service, 4 processes)", rig.Named);
        Assert.Equal("address=\"0.0.0.0\",port=\"80\",unit=\"web.service\",container=\"\",pod=\"\",process=\"nginx\"", rig.Exported);
    }

    [Fact]
    public void OfSeveralProgramsNoneIsSingledOut()
    {
        using var rig = Of("python3", "redis-server", "python3");
        rig.Tick();
        Assert.Equal("web.service (python3, redis-server, 3 processes)", rig.Named);
        Assert.Contains("process=\"\"", rig.Exported, StringComparison.Ordinal);
    }

    /// <summary>A session, or a host without units: everything is there.</summary>
    [Fact]
    public void OfManyProgramsNoneIsListed()
    {
        using var rig = Of("python3", "redis-server", "node", "vim");
        rig.Tick();
        Assert.Equal("web.service (4 processes)", rig.Named);
    }

    [Fact]
    public void AShellThatStartedTheProgramDoesNotListen()
    {
        using var rig = Of("tini", "bash", "node");
        rig.Tick();
        Assert.Equal("node (web.service, 3 processes)", rig.Named);
    }

    [Fact]
    public void AContainerIsNamedByItsIdAndItsPod()
    {
        const string Path = $"/kubepods.slice/kubepods-pod8c1f3b52_7d04_4e6a_9a61_2b8f0c5d7e93.slice/cri-containerd-{Id}.scope";
        using var rig = new OwnersRig();
        rig.Process(7, "java", Path);
        rig.Rig.Table.Set(Listener(rig.Cgroup(Path, 7)));
        rig.Tick();
        Assert.Equal(
            "java (pod 8c1f3b52-7d04-4e6a-9a61-2b8f0c5d7e93, containerd container 4f1c2a9b8d3e, 1 process)", rig.Named);
        Assert.Contains($"container=\"{Id}\"", rig.Exported, StringComparison.Ordinal);
    }

    [Fact]
    public void ASocketOfSystemdHasNoOwner()
    {
        using var rig = new OwnersRig();
        rig.Process(1, "systemd", "/init.scope");
        rig.Rig.Table.Set(Listener(rig.Cgroup("/init.scope", 1)));
        rig.Tick();
        Assert.Null(rig.Named);
        Assert.Null(rig.Exported);
        Assert.Contains("socket activation", rig.Opener, StringComparison.Ordinal);
    }

    [Fact]
    public void ASocketThatDockerProxyMayHaveOpenedHasNoOwner()
    {
        using var rig = Of("dockerd", "docker-proxy", "docker-proxy");
        rig.Tick();
        Assert.Null(rig.Named);
        Assert.Null(rig.Exported);
        Assert.Contains("docker-proxy", rig.Opener, StringComparison.Ordinal);
    }

    [Fact]
    public void TheRootOfTheHierarchyIsNobody()
    {
        using var rig = new OwnersRig();
        rig.Process(9, "sshd", "/");
        rig.Rig.Table.Set(Listener(rig.Cgroup("", 9)));
        rig.Tick();
        Assert.Null(rig.Named);
        Assert.Null(rig.Opener);
    }

    [Fact]
    public void ACgroupOutOfSightIsUnknown()
    {
        using var rig = Of("nginx");
        rig.Rig.Table.Set(Listener(ulong.MaxValue - 1));
        rig.Tick();
        Assert.Null(rig.Named);
    }

    [Fact]
    public void WhereProcessesAreHiddenTheUnitIsStillKnown()
    {
        using var rig = new OwnersRig();
        rig.Rig.Table.Set(Listener(rig.Cgroup(Unit, 800, 801)));
        rig.Tick();
        Assert.Equal("web.service (2 processes)", rig.Named);
    }

    /// <summary>Its processes may have left it and hold the socket elsewhere.</summary>
    [Fact]
    public void ACgroupWithoutProcessesIsUnknown()
    {
        using var rig = Of();
        rig.Tick();
        Assert.Null(rig.Named);
    }

    /// <summary>The PID was used again between the read of the list and that of the process.</summary>
    [Fact]
    public void AProcessOfAnotherCgroupIsNotNamed()
    {
        using var rig = Of("nginx", "nginx");
        rig.Process(801, "sshd", "/system.slice/ssh.service");
        rig.Tick();
        Assert.Equal("nginx (web.service, 2 processes)", rig.Named);
    }

    /// <summary>The unit was started again: another cgroup has its path, and the listener has the id of the first.</summary>
    [Fact]
    public void ACgroupThatWasMadeAgainIsNotTheOwner()
    {
        using var rig = Of("nginx");
        rig.Tick();
        Assert.NotNull(rig.Named);
        Directory.Move(rig.Folder(Unit), $"{rig.Root.Kernel.SysFs}/gone");
        rig.Cgroup(Unit, 800);
        rig.Rig.Time.Now += 60 * ManualTime.Second;
        rig.Tick();
        Assert.Null(rig.Named);
    }

    [Fact]
    public void ACgroupThatMovedHasItsNewName()
    {
        using var rig = Of("nginx");
        rig.Tick();
        Directory.Move(rig.Folder(Unit), rig.Folder("/system.slice/new.service"));
        rig.Process(800, "nginx", "/system.slice/new.service");
        rig.Rig.Time.Now += 60 * ManualTime.Second;
        rig.Tick();
        Assert.Equal("nginx (new.service, 1 process)", rig.Named);
    }

    /// <summary>A program that replaced itself is noticed within a minute.</summary>
    [Fact]
    public void AProgramThatChangedIsNamedAgain()
    {
        using var rig = Of("sh");
        rig.Tick();
        Assert.Equal("sh (web.service, 1 process)", rig.Named);
        rig.Process(800, "node");
        rig.Rig.Time.Now += 60 * ManualTime.Second;
        rig.Tick();
        Assert.Equal("node (web.service, 1 process)", rig.Named);
    }

    [Fact]
    public void AHostileNameIsHarmless()
    {
        using var rig = Of("a\"}\u001b\\");
        rig.Tick();
        Assert.Equal(@"a""}\x1b\\ (web.service, 1 process)", rig.Named);
        Assert.Contains(@"process=""a\""}\\x1b\\\\""", rig.Exported, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutVersion2TheSourceIsAbsent()
    {
        using var rig = Of("nginx");
        rig.Root.Delete("fs/cgroup/cgroup.controllers");
        rig.Tick(2);
        Assert.Null(rig.Named);
        Assert.Equal(Outcome.Absent, rig.Source.Read(new Tick(9, 9, IsSlow: false)).Outcome);
    }
}
