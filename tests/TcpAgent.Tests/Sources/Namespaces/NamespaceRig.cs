using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Sources;

/// <summary>
/// Network namespaces as folders in place of /proc: those of the agent and of process 1 are the root's own net, every other is a folder
/// that processes link to. A clock of the test's, and what is concluded.
/// </summary>
sealed class NamespaceRig : IDisposable
{
    const string Header =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    readonly ProcessWatch _watch;
    readonly OpenFiles _files;

    internal NamespaceRig()
    {
        // All CPU: walks and looks at each tick.
        var options = SamplingOptions.Default with { WalkBudget = 10 };
        Root.Write("net/stat/nf_conntrack", "");
        Process(1, "systemd", "");
        _watch = new ProcessWatch(Root.Kernel, options, Time);
        _files = new OpenFiles(Root.Kernel, _watch);
        Source = new Namespaces(Root.Kernel, _watch, options, Time);
        var listeners = new Listeners(null, null, Snmp, Netstat, options, Time);
        Monitor = new ResourceMonitor([listeners, Netstat, Source], options, Time);
    }

    internal TempRoot Root { get; } = new();

    internal Namespaces Source { get; }

    internal ResourceMonitor Monitor { get; }

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    static TextSource Empty(string name, Rows rows) => new(name, map => new TcpAgent.Kernel.TableParser(map), rows, []);

    TextSource Snmp { get; } = Empty("snmp", SnmpRows.Rows);

    TextSource Netstat { get; } = Empty("netstat", NetstatRows.Rows);

    /// <summary>A process in a namespace; "" is the agent's own.</summary>
    internal void Process(int pid, string name, string place, string cgroup = "0::/", long start = 100, string mounts = "")
    {
        Root.DeleteFolder($"{pid}");
        Root.Write($"{pid}/stat", $"{pid} ({name}) S 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0\n");
        Root.Write($"{pid}/cgroup", cgroup + "\n");
        Root.Write($"{pid}/mountinfo", mounts);
        Root.Link($"{pid}/net", place.Length == 0 ? "../net" : $"../spaces/{place}");
    }

    internal void End(int pid) => Root.DeleteFolder($"{pid}");

    /// <summary>The counters and listeners of a namespace; the queue is that of the port before it.</summary>
    internal void Counts(string place, long overflows, params (int Port, int Queue)[] listeners)
    {
        var folder = place.Length == 0 ? "net" : $"spaces/{place}";
        Root.Write($"{folder}/stat/nf_conntrack", "");
        Root.Write(
            $"{folder}/netstat",
            $"TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPReqQFullDrop\nTcpExt: 3 {overflows} {overflows + 2} {RequestDrops}\n");
        Root.Write($"{folder}/snmp", $"Tcp: RtoAlgorithm InSegs OutSegs RetransSegs\nTcp: 1 {Segments++} 500 7\n");
        Root.Write($"{folder}/sockstat", "sockets: used 9\nTCP: inuse 5 orphan 0 tw 4 alloc 8 mem 1\n");
        Root.Write($"{folder}/sockstat6", "TCP6: inuse 2\n");
        var rows = listeners.Select((one, i) =>
            $"   {i}: 00000000:{one.Port:X4} 00000000:0000 0A 00000000:{one.Queue:X8} 00:00000000 00000000     0        0 {i} 1\n");
        Root.Write(
            $"{folder}/tcp", Header + string.Concat(rows)
                + "   9: 0100007F:1F90 0100007F:C350 01 00000000:000000FF 00:00000000 00000000     0        0 77 1\n");
    }

    internal long RequestDrops { get; set; }

    /// <summary>Segments received before the next call of Counts, which adds one.</summary>
    internal long Segments { get; set; } = 300;

    /// <summary>A second later: processes are listed and namespaces read.</summary>
    internal ReadStatus Tick() => Tick(ManualTime.Second);

    /// <summary>So much later that namespaces are read, but processes are not listed.</summary>
    internal ReadStatus TickWithoutWalk() => Tick(ManualTime.Second * 12 / 100);

    ReadStatus Tick(long later)
    {
        Time.Now += later;
        Source.Remember();
        var tick = default(Tick);
        Background.Read(Read, () => _watch.IsWalking);
        var status = Source.Read(tick);
        Monitor.Derive(tick);
        return status;

        void Read()
        {
            Time.Now++;
            tick = new Tick(0, Time.Now, IsSlow: false);
            _files.Read(tick);
        }
    }

    internal string[] Names => [.. Source[NamespaceRows.Rows].Keys().Select(key => key.Split('"')[1])];

    internal long? Value(string metric, string name)
    {
        var table = Source[NamespaceRows.Rows];
        for (var i = 0; i < table.Count; i++)
            if (table.InstanceAt(i).Subject == name)
                return table[i].Values[table.Rows.Single(row => row.Name == $"tcpagent_namespace_{metric}").Slot];
        return null;
    }

    internal void Concludes(ResourceState? state = null, Expected used = default, Expected limit = default, string? subject = null) =>
        Monitor.Shows("accept_queue", state, used, limit, subject: subject);

    /// <summary>The finding with this id; null without.</summary>
    internal string? Finds(string id)
    {
        List<Table> tables = [.. Source.Tables, .. Monitor.Tables];
        var snapshot = new Snapshot([.. tables]);
        snapshot.CopyFrom([.. tables], 0);
        return Findings.Check(new SampleView(snapshot)).Where(one => one.Id == id).Select(one => one.Text).SingleOrDefault();
    }

    public void Dispose()
    {
        Source.Dispose();
        _files.Dispose();
        Monitor.Dispose();
        Root.Dispose();
    }
}
