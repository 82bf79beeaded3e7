using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Resources;

/// <summary>A source whose slots the test sets; they keep their values from tick to tick.</summary>
sealed class FakeSource(string name, Rows rows) : Source(name, rows)
{
    readonly Dictionary<Row, long> _values = [];
    readonly Dictionary<string, Instance> _known = [];
    readonly Dictionary<string, Dictionary<string, long>> _instances = [];

    internal ReadStatus Status { get; set; }

    /// <summary>How many of the kernel's objects the source had no room for.</summary>
    internal long Beyond { get; set; }

    internal override long Unjudged => Beyond;

    /// <summary>Read at the next tick.</summary>
    internal void Set(string section, string field, long value) =>
        _values[rows.Find(Encoding.ASCII.GetBytes(section), Encoding.ASCII.GetBytes(field))!] = value;

    internal void Set(string instance, params (string Field, long Value)[] values)
    {
        if (!_instances.TryGetValue(instance, out var fields))
            _instances[instance] = fields = [];
        foreach (var (field, value) in values)
            fields[field] = value;
    }

    internal void Remove(string instance) => _instances.Remove(instance);

    internal override ReadStatus Read(in Tick tick)
    {
        if (Status.Outcome is Outcome.Failed or Outcome.Absent)
            Withdraw();
        if (rows.IsPlain)
        {
            foreach (var (row, value) in _values)
                this[rows][row] = value;
            _values.Clear();
            return Status;
        }
        Withdraw();
        foreach (var (instance, fields) in _instances)
        {
            if (!_known.TryGetValue(instance, out var known))
                _known[instance] = known = Made(instance);
            var slots = this[rows].Add(known);
            foreach (var (field, value) in fields)
                slots[rows.Find([], Encoding.ASCII.GetBytes(field))!] = value;
        }
        return Status;
    }

    /// <summary>As the source would, from a label text: cpu="3".</summary>
    static Instance Made(string labels)
    {
        var (name, value) = (labels.Split('=')[0], labels.Split('"')[1]);
        return new Instance(name == "device" ? value : $"{name} {value}", (name, value));
    }
}

/// <summary>Everything above the sources, with sources that the test sets.</summary>
sealed class ResourceRig : IDisposable
{
    internal static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    readonly Sampler _sampler;

    internal ResourceRig(params string[] without)
    {
        List<Source> sources = [Netstat, Snmp, Snmp6, Sockstat, Sysctl, Memory, Neighbours, Conntrack, Softnet, Devices];
        sources.RemoveAll(source => without.Contains(source.Name));
        sources.Add(Monitor = new ResourceMonitor([.. sources], SamplingOptions.Default, Time, Events));
        _sampler = new Sampler(sources, new AgentMetrics("0", "test"), SamplingOptions.Default, Time, NullLogger.Instance, () => 0);
    }

    internal FakeSource Netstat { get; } = new("netstat", NetstatRows.Rows);

    internal FakeSource Snmp { get; } = new("snmp", SnmpRows.Rows);

    internal FakeSource Snmp6 { get; } = new("snmp6", Snmp6Rows.Rows);

    internal FakeSource Sockstat { get; } = new("sockstat", SockstatRows.Rows);

    internal FakeSource Sysctl { get; } = new("sysctl", SysctlRows.Rows);

    internal FakeSource Memory { get; } = new("memory", TcpAgent.Sources.Sysctl.MemoryRows);

    internal FakeSource Neighbours { get; } = new("neighbours", TcpAgent.Sources.Neighbours.Rows);

    internal FakeSource Conntrack { get; } = new("conntrack", TcpAgent.Sources.Conntrack.Rows);

    internal FakeSource Softnet { get; } = new("softnet", TcpAgent.Sources.Softnet.Rows);

    internal FakeSource Devices { get; } = new("devices", TcpAgent.Sources.Devices.Rows);

    internal ResourceMonitor Monitor { get; }

    internal AgentEvents Events { get; } = new();

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    internal void TcpExt(string field, long value) => Netstat.Set("TcpExt", field, value);

    internal void Setting(string name, long value, int field = 0) => Sysctl.Set(name.Replace('.', '/'), $"{field}", value);

    internal void Tick(int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            Time.Now += ManualTime.Second;
            _sampler.Take();
        }
    }

    internal long? Value(string metric, string resource) => Monitor.Value($"tcpagent_resource_{metric}", $"resource=\"{resource}\"");

    internal long? State(string resource) => Value("state", resource);

    internal long? Dropped(string stage) => Monitor.Value("tcpagent_drops_total", $"stage=\"{stage}\"");

    internal void Look(Action<SampleView> look)
    {
        var snapshot = _sampler.Snapshots.Acquire()!;
        look(new SampleView(snapshot));
        _sampler.Snapshots.Release(snapshot);
    }

    internal HostVerdict Judge()
    {
        HostVerdict? verdict = null;
        Look(view => verdict = HostVerdict.From(view, Window));
        return verdict!;
    }

    /// <summary>The verdict of the last sample, for other rigs.</summary>
    internal static HostVerdict Judge(SnapshotExchange snapshots)
    {
        var snapshot = snapshots.Acquire()!;
        var verdict = HostVerdict.From(new SampleView(snapshot), Window);
        snapshots.Release(snapshot);
        return verdict;
    }

    internal ResourceReport Report(string resource) => Judge().Resources.Single(report => report.Resource.Name == resource);

    public void Dispose() => _sampler.Dispose();
}
