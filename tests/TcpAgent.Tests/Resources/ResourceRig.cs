using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Resources;

/// <summary>A source whose slots the test sets; they stay as they are from tick to tick.</summary>
sealed class FakeSource(string name, Metric[] rows, string instanceLabels = "") : Source(name, new Table(rows, instanceLabels))
{
    readonly Dictionary<string, byte[]> _keys = [];
    readonly Dictionary<string, Dictionary<string, long>> _instances = [];

    internal ReadStatus Status { get; set; }

    internal void Set(string section, string field, long value) =>
        Tables[0].Slot(Tables[0].Find(Encoding.ASCII.GetBytes(section), Encoding.ASCII.GetBytes(field))) = value;

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
        if (Tables[0].IsPlain)
            return Status;
        Withdraw();
        foreach (var (instance, fields) in _instances)
        {
            if (!_keys.TryGetValue(instance, out var key))
                _keys[instance] = key = Encoding.UTF8.GetBytes(instance);
            var slots = Tables[0].Add(key);
            foreach (var (field, value) in fields)
                slots[Tables[0].Find([], Encoding.ASCII.GetBytes(field))] = value;
        }
        return Status;
    }
}

/// <summary>Everything above the sources, with sources of the test's.</summary>
sealed class ResourceRig : IDisposable
{
    internal static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    readonly Sampler _sampler;
    readonly SampleLayout _layout;

    internal ResourceRig(params string[] without)
    {
        List<Source> sources = [Netstat, Snmp, Snmp6, Sockstat, Sysctl, Memory, Neighbours, Conntrack, Softnet, Devices];
        sources.RemoveAll(source => without.Contains(source.Name));
        sources.Add(Monitor = new ResourceMonitor([.. sources], SamplingOptions.Default, Time, Events));
        _sampler = new Sampler(sources, new AgentMetrics("0", "test"), SamplingOptions.Default, Time, NullLogger.Instance, () => 0);
        _layout = new SampleLayout(_sampler.Tables);
    }

    internal FakeSource Netstat { get; } = new("netstat", NetstatRows.All);

    internal FakeSource Snmp { get; } = new("snmp", SnmpRows.All);

    internal FakeSource Snmp6 { get; } = new("snmp6", Snmp6Rows.All);

    internal FakeSource Sockstat { get; } = new("sockstat", SockstatRows.All);

    internal FakeSource Sysctl { get; } = new("sysctl", SysctlRows.All);

    internal FakeSource Memory { get; } = new("memory", TcpAgent.Sources.Sysctl.MemoryRows);

    internal FakeSource Neighbours { get; } = new("neighbours", TcpAgent.Sources.Neighbours.Rows);

    internal FakeSource Conntrack { get; } = new("conntrack", TcpAgent.Sources.Conntrack.Rows);

    internal FakeSource Softnet { get; } = new("softnet", TcpAgent.Sources.Softnet.Rows, "cpu");

    internal FakeSource Devices { get; } = new("devices", TcpAgent.Sources.Devices.Rows, "device");

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
        look(new SampleView(_layout, snapshot));
        _sampler.Snapshots.Release(snapshot);
    }

    internal HostVerdict Judge()
    {
        HostVerdict? verdict = null;
        Look(view => verdict = HostVerdict.From(view, Window));
        return verdict!;
    }

    internal ResourceReport Report(string resource) => Judge().Resources.Single(report => report.Resource.Name == resource);

    public void Dispose() => _sampler.Dispose();
}
