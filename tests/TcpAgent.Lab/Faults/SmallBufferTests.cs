using System.Globalization;
using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>The smallest receive buffers that the kernel allows: announcements do not fit, and the kernel says ENOBUFS.</summary>
[Trait("Category", "root")]
[Collection(WholeHost.Name)]
public sealed class SmallBufferTests(ITestOutputHelper output)
{
    const int Pairs = 100;

    /// <summary>SOCK_MIN_RCVBUF, less than one announcement of a device takes.</summary>
    const string Smallest = "2304";

    [SkippableFact]
    public async Task AnnouncementsThatAreLostCostNothing()
    {
        await using var place = await NetworkNamespace.Create();
        using var buffers = new HostSetting("net.core.rmem_default", Smallest);
        await using var agent = await Victim.StartIn(place, "--sample.interval=100ms");
        var before = await agent.Sampled(2);
        Assert.Equal(1, before["tcpagent_source_mode{source=\"devices\",mode=\"rtnetlink\"}"]);
        Assert.Equal(1, before["tcpagent_source_mode{source=\"listeners\",mode=\"sock_diag\"}"]);
        Assert.Equal(0, await Lost(place));
        foreach (var round in (int[])[0, 1])
        {
            await Change(place, i => $"link add v{i} type veth peer name w{i}");
            Assert.Equal(2 * Pairs + 1, Devices(await agent.Sampled(2)));
            await Change(place, i => $"link del v{i}");
            Assert.Equal(1, Devices(await agent.Sampled(2)));
        }
        var lost = await Lost(place);
        var after = await agent.Sampled(1);
        output.WriteLine($"{lost} announcements lost; {after["tcpagent_samples_missed_total"]} samples missed");
        Assert.True(lost > 0, "nothing was lost, so nothing was tried");
        Assert.Equal(
            before.Keys.Where(series => series.StartsWith("tcpagent_source_mode", StringComparison.Ordinal)),
            after.Keys.Where(series => series.StartsWith("tcpagent_source_mode", StringComparison.Ordinal)));
        Assert.All(Victim.Sources(after), one => Assert.Equal(1, one.Value));
        Assert.Equal(0, agent.Troubles);
    }

    static int Devices(Dictionary<string, double> metrics) =>
        metrics.Keys.Count(series => series.StartsWith("tcpagent_device_receive_bytes_total", StringComparison.Ordinal));

    static async Task Change(NetworkNamespace place, Func<int, string> line)
    {
        var batch = Path.GetTempFileName();
        await File.WriteAllLinesAsync(batch, Enumerable.Range(0, Pairs).Select(line));
        await place.Run(Require.Tool("ip", "iproute2"), "-batch", batch);
        File.Delete(batch);
    }

    /// <summary>What the socket that hears of devices (protocol 0, group 1) did not take, by /proc/net/netlink.</summary>
    static async Task<long> Lost(NetworkNamespace place) =>
        (await place.Run("/bin/cat", "/proc/net/netlink")).Split('\n').Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields is [_, "0", _, "00000001", ..])
            .Sum(fields => long.Parse(fields[8], CultureInfo.InvariantCulture));
}
