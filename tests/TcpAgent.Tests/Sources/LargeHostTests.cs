using System.Globalization;
using System.Text;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>A host with 1,000 CPUs, a gap in their numbers, and 500 devices, or more than are exported.</summary>
[Collection(nameof(Alone))]
public sealed class LargeHostTests : IDisposable
{
    const int Cpus = 1000;

    readonly TempRoot _root = new();

    public void Dispose() => _root.Dispose();

    TestAgent Host(int devices, bool cpuColumn, ManualTime time)
    {
        var proc = Fixtures.Proc("linux-6.18");
        foreach (var file in Directory.GetFiles(proc, "*", SearchOption.AllDirectories))
            _root.Write(Path.GetRelativePath(proc, file), File.ReadAllBytes(file));
        var softnet = new StringBuilder();
        for (var i = 0; i < Cpus; i++)
        {
            softnet.Append(
                CultureInfo.InvariantCulture,
                $"{i + 1:x8} 00000001 00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000003 00000000");
            softnet.Append(cpuColumn ? $" 00000004 {Id(i):x8}\n" : "\n");
        }
        _root.Write("net/softnet_stat", softnet.ToString());
        _root.Write("devices/system/cpu/online", "0-499,700-1199\n");

        var header = File.ReadLines(Path.Combine(proc, "net", "stat", "nf_conntrack")).First();
        var columns = header.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var row = string.Join(' ', columns.Select(name => name == "entries" ? "00000007" : "00000005"));
        _root.Write("net/stat/nf_conntrack", header + "\n" + string.Concat(Enumerable.Repeat(row + "\n", Cpus)));

        var dev = new StringBuilder(string.Join('\n', File.ReadLines(Path.Combine(proc, "net", "dev")).Take(2)) + "\n");
        for (var i = 0; i < devices; i++)
            dev.Append(CultureInfo.InvariantCulture, $"veth{i:x8}: {i} 1 0 0 1 0 0 0 2 1 0 0 0 0 0 0\n");
        _root.Write("net/dev", dev.ToString());
        return new TestAgent(_root.Kernel, SamplingOptions.Default with { DisabledSources = ["process"] }, time);
    }

    static int Id(int line) => line < 500 ? line : line + 200;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EachCpuHasItsOwnNumbersAndSumsAreOverAll(bool cpuColumn)
    {
        using var agent = Host(500, cpuColumn, new ManualTime());
        agent.Sampler.Take();
        for (var i = 0; i < Cpus; i += 111)
            Assert.Equal($"{i + 1}", agent.Value($"tcpagent_softnet_processed_total{{cpu=\"{Id(i)}\"}}"));
        Assert.Null(agent.Value("tcpagent_softnet_processed_total{cpu=\"600\"}"));
        Assert.Equal("1000", agent.Value("tcpagent_drops_total{stage=\"softnet_backlog\"}"));
        Assert.Equal("5000", agent.Value("tcpagent_conntrack_drops_total"));
        Assert.Equal("499", agent.Value("tcpagent_device_receive_bytes_total{device=\"veth000001f3\"}"));
        Assert.Equal("0", agent.Value("tcpagent_devices_omitted"));
        foreach (var source in (string[])["softnet", "conntrack", "devices"])
            Assert.Equal("1", agent.Value($"tcpagent_source_success{{source=\"{source}\"}}"));
    }

    [Fact]
    public void MoreDevicesThanAreExportedAreCountedAndTheExpositionIsBounded()
    {
        using var agent = Host(5000, cpuColumn: true, new ManualTime());
        agent.Sampler.Take();
        Assert.Equal($"{5000 - 512}", agent.Value("tcpagent_devices_omitted"));
        var text = agent.Text();
        var series = text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line[..line.LastIndexOf(' ')])
            .ToList();
        Assert.Equal(series.Count, series.Distinct().Count());
        Assert.InRange(text.Length, 500_000, 1_500_000);

        // Devices that are not exported are still judged.
        Assert.Equal("5000", agent.Value("tcpagent_drops_total{stage=\"nic_fifo\"}"));
    }

    [Fact]
    public void ItsTicksAllocateNothing()
    {
        var time = new ManualTime();
        using var agent = Host(500, cpuColumn: true, time);
        long allocated = 0;
        for (var i = 0; i < 60; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            var before = GC.GetAllocatedBytesForCurrentThread();
            agent.Sampler.Take();
            agent.Render(ExpositionFormat.Text);
            allocated += i < 30 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }
}
