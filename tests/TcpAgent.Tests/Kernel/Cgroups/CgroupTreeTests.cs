using TcpAgent.Kernel.Cgroups;
using TcpAgent.System;

namespace TcpAgent.Tests.Kernel.Cgroups;

/// <summary>Any file system gives its directories inodes, so a folder stands for the hierarchy.</summary>
public class CgroupTreeTests
{
    [Theory]
    [InlineData("fs/cgroup")]
    [InlineData("fs/cgroup/unified")]
    public void AnIdLeadsToItsPathBesideVersion1OrNot(string place)
    {
        using var root = new TempRoot();
        root.Write($"{place}/cgroup.controllers", "");
        var id = Make(root, $"{place}/system.slice/nginx.service");
        Make(root, $"{place}/system.slice/other.service");
        var tree = new CgroupTree(root.Kernel.SysFs);
        Assert.Equal(0, tree.Find([id]));
        Assert.Equal("nginx.service", tree.Of(id)?.Workload.Name);
        Assert.Equal("/system.slice/nginx.service", tree.Of(id)?.Workload.Path);
    }

    [Fact]
    public void TheRootHasAnIdToo()
    {
        using var root = new TempRoot();
        root.Write("fs/cgroup/cgroup.controllers", "");
        var id = Inode(root, "fs/cgroup");
        var tree = new CgroupTree(root.Kernel.SysFs);
        tree.Find([id]);
        Assert.Equal(WorkloadKind.Root, tree.Of(id)?.Workload.Kind);
    }

    [Fact]
    public void WithoutVersion2ThereIsNothing()
    {
        using var root = new TempRoot();
        Make(root, "fs/cgroup/cpu/system.slice");
        Assert.Equal(Libc.ENOENT, new CgroupTree(root.Kernel.SysFs).Find([1]));
    }

    [Fact]
    public void AnIdThatIsNotThereIsUnknown()
    {
        using var root = new TempRoot();
        root.Write("fs/cgroup/cgroup.controllers", "");
        var tree = new CgroupTree(root.Kernel.SysFs);
        Assert.Equal(0, tree.Find([ulong.MaxValue]));
        Assert.Null(tree.Of(ulong.MaxValue));
    }

    /// <summary>Another cgroup has the path, and its listener another id.</summary>
    [Fact]
    public void ACgroupThatWasMadeAgainIsNotTheFirst()
    {
        using var root = new TempRoot();
        root.Write("fs/cgroup/cgroup.controllers", "");
        var id = Make(root, "fs/cgroup/web.service");
        var tree = new CgroupTree(root.Kernel.SysFs);
        tree.Find([id]);
        Directory.Move(Folder(root, "fs/cgroup/web.service"), Folder(root, "fs/cgroup/renamed.service"));
        var again = Make(root, "fs/cgroup/web.service");

        Assert.NotEqual(id, again);
        Assert.Null(tree.Of(id));
        tree.Find([id, again]);
        Assert.Equal("renamed.service", tree.Of(id)?.Workload.Name);
        Assert.Equal("web.service", tree.Of(again)?.Workload.Name);
    }

    [Fact]
    public void ACgroupThatEndedIsUnknown()
    {
        using var root = new TempRoot();
        root.Write("fs/cgroup/cgroup.controllers", "");
        var id = Make(root, "fs/cgroup/web.service");
        var tree = new CgroupTree(root.Kernel.SysFs);
        tree.Find([id]);
        Directory.Delete(Folder(root, "fs/cgroup/web.service"));
        Assert.Null(tree.Of(id));
        tree.Find([id]);
        Assert.Null(tree.Of(id));
    }

    [Fact]
    public void ATreeTooDeepIsSearchedInPart()
    {
        using var root = new TempRoot();
        root.Write("fs/cgroup/cgroup.controllers", "");
        var shallow = Make(root, "fs/cgroup/a");
        var deep = Make(root, "fs/cgroup/a" + string.Concat(Enumerable.Repeat("/b", 40)));
        var tree = new CgroupTree(root.Kernel.SysFs);
        tree.Find([shallow, deep]);
        Assert.True(tree.IsPartial);
        Assert.NotNull(tree.Of(shallow));
        Assert.Null(tree.Of(deep));
    }

    static string Folder(TempRoot root, string path) => Path.Combine(root.Kernel.SysFs, path);

    static ulong Make(TempRoot root, string path)
    {
        Directory.CreateDirectory(Folder(root, path));
        return Inode(root, path);
    }

    static ulong Inode(TempRoot root, string path) =>
        Libc.statx(Libc.AT_FDCWD, Folder(root, path), 0, Libc.STATX_INO, out var stat) == 0 ? stat.stx_ino : 0;
}
