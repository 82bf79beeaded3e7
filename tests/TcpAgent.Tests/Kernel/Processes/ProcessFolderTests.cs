using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;
using TcpAgent.System;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Tests.Kernel.Processes;

/// <summary>The processes of a folder in place of /proc, and those of this host.</summary>
public sealed class ProcessFolderTests : IDisposable
{
    const string Limits = "Limit            Soft Limit Hard Limit Units\nMax open files   20         4096       files\n";

    readonly TempRoot _root = new();

    public void Dispose() => _root.Dispose();

    static KernelRoot Host => KernelRoot.At("/proc", "/sys");

    void Process(int pid, string name, long start, int files)
    {
        _root.Write($"{pid}/stat", $"{pid} ({name}) S 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0\n");
        _root.Write($"{pid}/limits", Limits);
        _root.Write($"{pid}/net/stat/nf_conntrack", "");
        for (var i = 0; i < files; i++)
            _root.Write($"{pid}/fd/{i}", "");
    }

    static List<ProcessEntry> Walk(ProcessList list)
    {
        var processes = new List<ProcessEntry>();
        Assert.Equal(0, list.Begin());
        while (list.TryRead(out var process, out _))
            processes.Add(process);
        return processes;
    }

    [Fact]
    public void TheProcessesOfAFolderAreListed()
    {
        Process(7, "nginx", 100, files: 3);
        Process(812, "php", 200, files: 0);
        _root.Write("self/stat", "");
        _root.Write("0012/stat", "");
        using var list = new ProcessList(_root.Kernel);
        var processes = Walk(list);
        Assert.Equal([7, 812], processes.Select(process => process.Pid).Order());
        Assert.Equal(2, processes.Select(process => process.Inode).Distinct().Count());
        Assert.Equal(3, list.OpenFiles(7));
        Assert.Equal(Absent, list.OpenFiles(812));
    }

    [Fact]
    public void AProcessOfAFolderIsRead()
    {
        Process(7, "nginx", 100, files: 3);
        using var folder = new ProcessFolder(_root.Kernel);
        Assert.Equal(0, folder.Open(7));
        Assert.True(folder.TryReadStat(out var stat, out var name));
        Assert.Equal("nginx", Encoding.Latin1.GetString(name));
        Assert.Equal(new ProcessIdentity(7, 100), stat.Identity);
        Assert.Equal(3, folder.OpenFiles);
        Assert.Equal(20, folder.OpenFilesLimit);
        Assert.NotEqual(0ul, folder.NetworkNamespace);
        Assert.Equal(Libc.ENOENT, folder.Read("cgroup\0"u8, out var cgroup));
        Assert.True(cgroup.IsEmpty);
    }

    [Fact]
    public void AProcessThatIsNotThereIsNotRead()
    {
        using var folder = new ProcessFolder(_root.Kernel);
        Assert.Equal(Libc.ENOENT, folder.Open(7));
        Assert.False(folder.TryReadStat(out _, out _));
        Assert.Equal(Absent, folder.OpenFiles);
        Assert.Equal(Absent, folder.OpenFilesLimit);
        Assert.Equal(0ul, folder.NetworkNamespace);
    }

    [Fact]
    public void WithoutProcThereIsAnError()
    {
        using var list = new ProcessList(new KernelRoot("/nowhere", "/nowhere", Live: false));
        Assert.Equal(Libc.ENOENT, list.Begin());
        Assert.False(list.TryRead(out _, out _));
    }

    /// <summary>A walk of more processes than one buffer holds, in the kernel's order, with this process among them.</summary>
    [Fact]
    [Trait("Category", "live")]
    public void TheHostListsItsProcessesInOrder()
    {
        using var list = new ProcessList(Host);
        var pids = Walk(list).Select(process => process.Pid).ToArray();
        Assert.Contains(Environment.ProcessId, pids);
        Assert.Equal(pids.Order(), pids);
        Assert.Equal(pids.Length, pids.Distinct().Count());
    }

    [Fact]
    [Trait("Category", "live")]
    public void ThisProcessIsReadAsTheHostShowsIt()
    {
        using var folder = new ProcessFolder(Host);
        Assert.Equal(0, folder.Open(Environment.ProcessId));
        Assert.True(folder.TryReadStat(out var stat, out _));
        Assert.Equal(Environment.ProcessId, stat.Pid);
        Assert.False(stat.IsKernelThread);
        Assert.InRange(stat.StartTime, 1, long.MaxValue);
        Assert.Equal(0, folder.Read("cgroup\0"u8, out var cgroup));
        Assert.EndsWith("\n", Encoding.Latin1.GetString(cgroup), StringComparison.Ordinal);
        Assert.InRange(folder.OpenFilesLimit, 1, long.MaxValue);
        var own = folder.NetworkNamespace;
        Assert.Equal(0, folder.Open(1));
        Assert.NotEqual(0ul, own);
        Assert.NotEqual(0ul, folder.NetworkNamespace);
    }

    [Fact]
    [Trait("Category", "live")]
    public void AProcessIsKnownByTheInodeOfItsFolderWithoutReadingAFile()
    {
        using var folder = new ProcessFolder(Host);
        Assert.Equal(0, folder.Open(Environment.ProcessId));
        Assert.True(folder.TryReadStat(out var stat, out _));
        var other = stat.Identity with { StartTime = stat.StartTime + 1 };
        var inode = 0ul;
        Assert.False(folder.TryOpen(other, ref inode));
        inode = 0;
        Assert.True(folder.TryOpen(stat.Identity, ref inode));
        Assert.NotEqual(0ul, inode);
        Assert.True(folder.TryOpen(other, ref inode), "the inode was not enough");
        inode++;
        Assert.False(folder.TryOpen(other, ref inode));
    }

    /// <summary>A plain directory may give the inode of a folder that is gone to the next.</summary>
    [Fact]
    public void ThePlainFolderOfAProcessIsAlwaysRead()
    {
        Process(7, "nginx", 100, files: 0);
        using var folder = new ProcessFolder(_root.Kernel);
        var inode = 0ul;
        Assert.True(folder.TryOpen(new ProcessIdentity(7, 100), ref inode));
        Assert.Equal(0ul, inode);
        Assert.False(folder.TryOpen(new ProcessIdentity(7, 200), ref inode));
    }

    [Fact]
    [Trait("Category", "live")]
    public void AWalkAllocatesNothing()
    {
        using var list = new ProcessList(Host);
        using var folder = new ProcessFolder(Host);
        Look(list, folder);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var seen = Look(list, folder);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(seen, 1, long.MaxValue);
    }

    static long Look(ProcessList list, ProcessFolder folder)
    {
        var seen = 0L;
        _ = list.Begin();
        while (list.TryRead(out var process, out _))
        {
            seen += Math.Max(0, list.OpenFiles(process.Pid));
            if (folder.Open(process.Pid) != 0 || !folder.TryReadStat(out var stat, out _))
                continue;
            seen += Math.Max(0, folder.OpenFilesLimit) + stat.StartTime + (long)(folder.NetworkNamespace & 1);
        }
        return seen;
    }
}
