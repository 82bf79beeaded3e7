using BenchmarkDotNet.Attributes;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Benchmarks;

/// <summary>Every parser over the bytes of a kernel file, without the read: of a small host, and of 256 CPUs and 300 devices.</summary>
[MemoryDiagnoser]
public class ParserBenchmarks
{
    readonly TableParser _netstatParser = new(new RowMap(NetstatRows.Rows));
    readonly TableParser _snmpParser = new(new RowMap(SnmpRows.Rows));
    readonly StatTableParser _conntrackParser = new(new AnyMap(), static slot => slot == 0);
    readonly NetDevPlan _plan = new(
        "receive bytes", "receive packets", "receive drop", "transmit bytes", "transmit packets", "transmit drop");
    readonly long[] _slots = new long[512];
    byte[] _netstat = [];
    byte[] _snmp = [];
    byte[] _softnet = [];
    byte[] _devices = [];
    byte[] _conntrack = [];

    [Params("linux-6.18", "many")]
    public string Set { get; set; } = "";

    [GlobalSetup]
    public void Load()
    {
        _netstat = Bytes("netstat");
        _snmp = Bytes("snmp");
        _softnet = Bytes("softnet_stat");
        _devices = Bytes("dev");
        _conntrack = Bytes("stat/nf_conntrack");
    }

    [Benchmark]
    public int Netstat() => _netstatParser.Parse(_netstat, _slots).Dropped;

    [Benchmark]
    public int Snmp() => _snmpParser.Parse(_snmp, _slots).Dropped;

    [Benchmark]
    public int SoftnetStat()
    {
        var reader = new SoftnetReader(_softnet);
        var cpus = 0;
        while (reader.TryRead(out _))
            cpus++;
        return cpus;
    }

    [Benchmark]
    public int NetDev()
    {
        var reader = new NetDevReader(_devices, _plan);
        var devices = 0;
        while (reader.TryRead(_slots.AsSpan(0, _plan.Width), out _))
            devices++;
        return devices;
    }

    [Benchmark]
    public int NfConntrack() => _conntrackParser.Parse(_conntrack, _slots).Dropped;

    byte[] Bytes(string file) => File.ReadAllBytes(Path.Combine(Fixtures.Proc(Set), "net", file));

    /// <summary>The slots of a source's rows, as the source itself looks them up.</summary>
    sealed class RowMap(Rows rows) : IFieldMap
    {
        public int SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field) => rows.Find(section, field)?.Slot ?? -1;
    }

    /// <summary>Every column is wanted, and the first is the same on each line.</summary>
    sealed class AnyMap : IFieldMap
    {
        int _next;

        public int SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field) => _next++;
    }
}
