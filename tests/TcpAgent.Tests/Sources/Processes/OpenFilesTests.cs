using TcpAgent.Kernel;
using TcpAgent.Sources;
using static TcpAgent.Resources.ResourceState;

namespace TcpAgent.Tests.Sources;

public sealed class OpenFilesTests : IDisposable
{
    const uint KernelThread = 0x200000;

    readonly ProcessRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void TheProcessNearestToItsLimitIsTheResource()
    {
        _rig.Set(1, "systemd", files: 190, limit: 1024);
        _rig.Set(812, "haproxy", files: 50, limit: 200);
        _rig.Set(2, "kthreadd", files: 0, limit: 4096, flags: KernelThread);
        _rig.Tick().Shows(Outcome.Ok);
        _rig.Shows("haproxy", 812, files: 50, limit: 200);
        _rig.Shows("systemd", 1, files: 190, limit: 1024);
        _rig.ShowsTotals(processes: 2, exported: 2, omitted: 0);
        _rig.Concludes(Ok, used: 50, limit: 200, peak: 50);
    }

    [Fact]
    public void AtTheLimitAtTwoLooksItLimits()
    {
        _rig.Set(812, "haproxy", files: 200, limit: 200);
        _rig.Tick();
        Assert.NotEqual((long)Limiting, _rig.Monitor.Metric("state", "open_files"));
        _rig.TickWithoutWalk();
        _rig.Concludes(Limiting, used: 200, limit: 200, peak: 200, subject: "haproxy[812]");
    }

    /// <summary>Of two neighbours one is read at this walk, the other at the next.</summary>
    [Fact]
    public void AProcessFarFromItsLimitIsReadAtEveryOtherWalk()
    {
        for (var i = 0; i < 10; i++)
            _rig.Set(100 + i, "worker", files: 19, limit: 200);
        Both(files: 1);
        for (var i = 0; i < 3; i++)
            _rig.Tick();
        _rig.ShowsTotals(exported: 0);
        Both(files: 150);
        _rig.Tick();
        _rig.ShowsTotals(exported: 1);
        _rig.Tick();
        _rig.ShowsTotals(exported: 2);

        void Both(int files)
        {
            _rig.Set(812, "haproxy", files, limit: 200);
            _rig.Set(813, "haproxy", files, limit: 200);
        }
    }

    [Fact]
    public void NearTheLimitAtTwoLooksItIsNear()
    {
        _rig.Set(812, "haproxy", files: 170, limit: 200);
        _rig.Tick();
        _rig.TickWithoutWalk();
        _rig.Concludes(Near, used: 170, limit: 200, subject: "haproxy[812]");
    }

    /// <summary>Opened and closed again within a second, as a program does that finds out its limit.</summary>
    [Fact]
    public void AtTheLimitForOneLookIsNoProof()
    {
        _rig.Set(812, "prober", files: 100, limit: 200);
        _rig.Tick();
        _rig.Set(812, "prober", files: 200, limit: 200);
        _rig.Tick();
        _rig.Set(812, "prober", files: 12, limit: 200);
        _rig.TickWithoutWalk();
        _rig.Concludes(Ok, used: 12);
    }

    /// <summary>sshd's sandbox has a limit of 0, dhcpcd that of its own files, and a script with four files a limit of five.</summary>
    [Theory]
    [InlineData(6, 0)]
    [InlineData(6, 5)]
    [InlineData(3, 4)]
    [InlineData(14, 14)]
    [InlineData(64, 64)]
    public void AProgramThatLockedItselfInIsNotNear(int files, int limit)
    {
        _rig.Set(1, "systemd", files: 190, limit: 1024);
        _rig.Set(812, "dhcpcd", files, limit);
        _rig.Tick();
        _rig.Tick();
        _rig.Tick();
        _rig.Concludes(Ok, used: 190, limit: 1024);
        _rig.ShowsTotals(processes: 2, exported: 1);
    }

    [Fact]
    public void OnlyTheTenNearestAreExported()
    {
        for (var pid = 1; pid <= 30; pid++)
            _rig.Set(pid, $"p{pid}", files: pid, limit: 100);
        _rig.Tick();
        _rig.ShowsTotals(processes: 30, exported: 10);
        _rig.Shows("p30", 30, files: 30, limit: 100);
        _rig.Shows("p21", 21, files: 21);
        _rig.Shows("p20", 20, files: Expected.Absent);
    }

    /// <summary>Series of processes that are far from their limit would tell nobody anything.</summary>
    [Fact]
    public void BelowATenthOfTheLimitNothingIsExportedAndAllIsJudged()
    {
        _rig.Set(1, "systemd", files: 90, limit: 1024);
        _rig.Tick();
        _rig.ShowsTotals(processes: 1, exported: 0);
        _rig.Concludes(Ok, used: 90, limit: 1024);
    }

    [Fact]
    public void ALimitThatWasRaisedCountsAtOnce()
    {
        _rig.Set(812, "haproxy", files: 190, limit: 200);
        _rig.Tick();
        _rig.TickWithoutWalk();
        _rig.Set(812, "haproxy", files: 190, limit: 1024);
        _rig.TickWithoutWalk();
        _rig.Shows("haproxy", 812, files: 190, limit: 1024);
    }

    /// <summary>Another process has the PID: its files are not those of the first, and its name is its own.</summary>
    [Fact]
    public void APidThatIsUsedAgainIsAnotherProcess()
    {
        _rig.Set(812, "haproxy", files: 200, limit: 200, start: 100);
        _rig.Tick();
        _rig.End(812);
        _rig.Set(812, "cat", files: 40, limit: 200, start: 900);
        _rig.TickWithoutWalk();
        _rig.Shows("haproxy", 812, files: Expected.Absent);
        _rig.ShowsTotals(exported: 0);
        _rig.Tick();
        _rig.Shows("cat", 812, files: 40, limit: 200);
        _rig.Concludes(Ok);
    }

    [Fact]
    public void AProcessThatEndedIsGone()
    {
        _rig.Set(1, "systemd", files: 190, limit: 1024);
        _rig.Set(812, "haproxy", files: 200, limit: 200);
        _rig.Tick();
        _rig.End(812);
        _rig.TickWithoutWalk();
        _rig.Shows("haproxy", 812, files: Expected.Absent);
        _rig.Tick();
        _rig.ShowsTotals(processes: 1, exported: 1);
    }

    /// <summary>A process executes another program: the PID and its start are the same, the name is not.</summary>
    [Fact]
    public void AProcessThatExecutesAnotherProgramHasItsName()
    {
        _rig.Set(812, "sh", files: 20, limit: 100);
        _rig.Tick();
        _rig.Set(812, "nginx", files: 30, limit: 100);
        _rig.Tick();
        _rig.Tick();
        _rig.Shows("nginx", 812, files: 30);
        _rig.ShowsTotals(exported: 1);
    }

    [Fact]
    public void ANameMayHaveAnyBytes()
    {
        _rig.Set(812, "a\"b\\)\n\u001b", files: 20, limit: 100);
        _rig.Tick();
        Assert.Equal(
            [@"process=""a\""b\\\\)\\x0a\\x1b"",pid=""812"""],
            _rig.Source[OpenFiles.Rows].Keys());
    }

    /// <summary>Before 6.2 the kernel says 0 for each process.</summary>
    [Fact]
    public void WithoutACountTheResourceIsAbsent()
    {
        _rig.Set(1, "systemd", files: 0, limit: 1024);
        _rig.Root.Write("1/fd/.hidden", "");
        _rig.Tick().Shows(Outcome.Absent);
        Assert.Null(_rig.Monitor.Metric("state", "open_files"));
    }

    [Fact]
    public void WithoutProcessesTheResourceIsAbsent()
    {
        _rig.Root.Write("net/snmp", "");
        _rig.Tick().Shows(Outcome.Absent);
    }

    [Fact]
    public void WithoutProcTheSourceFails()
    {
        var root = new KernelRoot("/nowhere", "/nowhere", Live: false);
        using var source = new OpenFiles(root, new ProcessWatch(root, SamplingOptions.Default, _rig.Time));
        source.Read(new Tick(0, _rig.Time.Now, IsSlow: true)).Shows(Outcome.Failed);
    }

    [Fact]
    public void TicksAllocateNothingWhileAProcessIsNearAndOthersAreNot()
    {
        for (var pid = 1; pid <= 30; pid++)
            _rig.Set(pid, $"p{pid}", files: pid * 3, limit: 100);
        for (var i = 0; i < 50; i++)
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
