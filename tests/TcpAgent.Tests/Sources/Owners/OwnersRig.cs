using System.Globalization;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.System;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Sources;

/// <summary>
/// Listeners and their owners, over cgroups and processes that the test makes. Any file system gives directories inodes, which stand for
/// the ids of cgroups.
/// </summary>
sealed class OwnersRig : IDisposable
{
    internal const string Unit = "/system.slice/web.service";

    readonly ListenersRig _rig = new();
    readonly Owners _owners;
    long _ticks;

    /// <param name="udp">The UDP sockets, if the test has any.</param>
    internal OwnersRig(UdpSockets? udp = null)
    {
        _owners = new Owners(
            Root.Kernel, isLive: true, _rig.Listeners, udp, _rig.Sockets, SamplingOptions.Default with { WalkBudget = 10 }, _rig.Time);
        Root.Write("fs/cgroup/cgroup.controllers", "cpu\n");
        Root.Write("devices/system/cpu/online", "0-3\n");
    }

    internal TempRoot Root => _rig.Root;

    internal ListenersRig Rig => _rig;

    internal Owners Source => _owners;

    /// <summary>Bytes that the source has allocated on this thread.</summary>
    internal long Allocated { get; private set; }

    internal string Folder(string cgroup) => $"{Root.Kernel.SysFs}/fs/cgroup{cgroup}";

    /// <summary>Makes a cgroup that has these processes, and returns its id.</summary>
    internal ulong Cgroup(string path, params int[] pids)
    {
        Root.Write($"fs/cgroup{path}/cgroup.procs", string.Concat(pids.Select(pid => $"{pid}\n")));
        return Libc.statx(Libc.AT_FDCWD, Folder(path), 0, Libc.STATX_INO, out var stat) == 0 ? stat.stx_ino : 0;
    }

    /// <summary>A process with one thread.</summary>
    /// <param name="pid">The PID.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cgroup">The path that its own file shows.</param>
    /// <param name="state">R, S, T.</param>
    /// <param name="start">When it began.</param>
    internal void Process(int pid, string name, string cgroup = Unit, char state = 'S', long start = 500)
    {
        Root.Write(
            $"{pid}/stat", $"{pid} ({name}) {state} 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0 18446744073709551615\n");
        Root.Write($"{pid}/cgroup", $"4:cpu,cpuacct:/v1{cgroup}\n0::{cgroup}\n");
        Limit(pid, 1024);
        Files(pid, 8);
        Times(pid, 0, 0);
    }

    internal void Limit(int pid, int files) => Root.Write(
        $"{pid}/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        + $"Max open files            {files,-20} 4096                 files     \n");

    internal void Files(int pid, int count)
    {
        var folder = $"{Root.Kernel.ProcFs}/{pid}/fd";
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        for (var i = 0; i < count; i++)
            Root.Write($"{pid}/fd/{i}", "");
    }

    /// <summary>CPU time of a thread, and the time that it waited for a CPU, in milliseconds since it began.</summary>
    internal void Times(int pid, long run, long wait, int? tid = null) =>
        Root.Write($"{pid}/task/{tid ?? pid}/schedstat", $"{run * 1_000_000} {wait * 1_000_000} 7\n");

    internal void CpuStat(string cgroup, long periods, long throttled) => Root.Write(
        $"fs/cgroup{cgroup}/cpu.stat",
        $"usage_usec 7\nnr_periods {periods}\nnr_throttled {throttled}\nthrottled_usec {throttled * 50_000}\n");

    /// <summary>A listener of a cgroup, whose queue is full if it is 9 long.</summary>
    internal static FakeSocket Listener(ulong cgroup, uint length = 0) =>
        ListenersRig.Listen(80, 1, length, limit: 8) with { Cgroup = cgroup };

    /// <summary>A connect of a cgroup that was sent again.</summary>
    internal static FakeSocket Connect(ulong cgroup, string remote = "10.0.0.7", byte retransmits = 2) => new(TcpState.SynSent)
    {
        Timer = 1,
        Retransmits = retransmits,
        Expires = 500,
        Port = 40000,
        Remote = remote,
        RemotePort = 5432,
        Cgroup = cgroup,
    };

    /// <summary>A second passes, and everything is read; a look on its own thread is waited for.</summary>
    internal void Tick(int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            _rig.Tick();
            Background.Read(Read, () => _owners.IsLooking);
        }

        void Read()
        {
            var tick = new Tick(_ticks++, _rig.Time.Now, IsSlow: false);
            var before = GC.GetAllocatedBytesForCurrentThread();
            _owners.Read(tick);
            _owners.Derive(tick);
            Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    SampleView View()
    {
        var tables = new List<Table>([.. _rig.Listeners.Tables, .. _owners.Tables]);
        var snapshot = new Snapshot(tables);
        snapshot.CopyFrom(tables, _rig.Time.Now);
        return new SampleView(snapshot);
    }

    Instance Listening => _rig.Listeners.Known.Single().Instance;

    /// <summary>What `why` calls the owner of the listener; null for nothing.</summary>
    internal string? Named => OwnerWords.Of(Listening, View());

    internal string? Opener => OwnerWords.Find(Listening, View()) is { } owner ? OwnerWords.Opener(owner.Facts) : null;

    /// <summary>The labels of the exported metric; null for none.</summary>
    internal string? Exported
    {
        get
        {
            var table = _owners.Tables[0];
            for (var i = 0; i < table.Count; i++)
                if (table[i][OwnerRows.Info] == 1)
                    return global::System.Text.Encoding.UTF8.GetString(table.InstanceAt(i).Labels);
            return null;
        }
    }

    /// <summary>The cause, or "" for none, and what the verdict says about it.</summary>
    internal (string Cause, ResourceReport Report) Explain()
    {
        var view = View();
        var report = new ResourceReport(ResourceCatalog.AcceptQueue, ResourceState.Limiting) { Instance = Listening, Owner = Named };
        CauseAdvice.Explain(report, view);
        return (report.Cause ?? "", report);
    }

    internal string Cause => Explain().Cause;

    /// <summary>The causes of all listeners, "" for none.</summary>
    internal string[] Causes
    {
        get
        {
            var view = View();
            return [.. _rig.Listeners.Known.Select(listener => OwnerWords.Cause(listener.Instance, view) ?? "")];
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Named}: {Cause}");

    public void Dispose()
    {
        _owners.Dispose();
        _rig.Dispose();
    }
}
