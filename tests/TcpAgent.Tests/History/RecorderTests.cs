using System.Text;
using TcpAgent.History;
using TcpAgent.Kernel;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.History;

/// <summary>What a record holds is what the sample held.</summary>
public class RecorderTests
{
    [Fact]
    public void StatesResourcesAndDropsAreThoseOfTheSample()
    {
        using var rig = new HistoryRig();
        rig.State("syn_recv", 540);
        rig.State("closing", 1);
        rig.Resource("accept_queue", 5, 4, 186, ResourceState.Limiting);
        rig.Resource("qdisc", 7, 1000, 0, ResourceState.Near);
        rig.Stage("nic_fifo")[DropRows.Total] = 11;
        rig.Stage("device_transmit")[DropRows.Total] = 12;
        rig.Snmp.Set(SnmpRows.TcpPassiveOpens, 21);
        rig.Snmp.Set(SnmpRows.TcpRetransSegs, 22);
        rig.Tick();

        var record = rig.Read().Single();
        Assert.Equal(rig.Time.GetUtcNow().ToUnixTimeMilliseconds(), record.Time);
        Assert.True(record.IsFirst);
        var expected = new Dictionary<string, long>
        {
            ["verdict"] = 2,
            ["tcp.syn_recv"] = 540,
            ["tcp.closing"] = 1,
            ["accept_queue.used"] = 5,
            ["accept_queue.limit"] = 4,
            ["accept_queue.losses"] = 186,
            ["accept_queue.state"] = 2,
            ["qdisc.used"] = 7,
            ["qdisc.limit"] = 1000,
            ["qdisc.losses"] = 0,
            ["qdisc.state"] = 1,
            ["drops.nic_fifo"] = 11,
            ["drops.device_transmit"] = 12,
            ["traffic.accepted"] = 21,
            ["traffic.retransmitted"] = 22,
        };
        foreach (var series in Series.Names)
            Assert.Equal((series, expected.GetValueOrDefault(series, KernelValue.Absent)), (series, HistoryRig.Value(record, series)));
    }

    /// <summary>A bridge and the ports behind it count the same bytes, and loopback never leaves the host.</summary>
    [Theory]
    [InlineData(true, 1_000)]
    [InlineData(false, 1_030)]
    public void BytesAreThoseOfDevicesWithADriver(bool hasDriver, long expected)
    {
        using var rig = new HistoryRig();
        foreach (var (name, bytes) in ((string, long)[])[("eth0", 1_000), ("br0", 30), ("lo", 7)])
            rig.Devices.Add(new DeviceInstance(Encoding.ASCII.GetBytes(name)) { HasDriver = hasDriver && name != "br0" })[
                Devices.ReceiveBytes] = bytes;
        rig.Tick();
        Assert.Equal(expected, HistoryRig.Value(rig.Read().Single(), "traffic.received_bytes"));
        Assert.Equal(KernelValue.Absent, HistoryRig.Value(rig.Read().Single(), "traffic.sent_bytes"));
    }

    [Fact]
    public void TheFourFullestListenersAreNamedAndWhatResourcesAreOf()
    {
        using var rig = new HistoryRig();
        rig.Listener("::", "1", 0, 128, 0);
        rig.Listener("::", "2", 10, 128, 0);
        rig.Listener("10.0.0.1", "3", 0, 128, 120);
        rig.Listener("::", "4", 5, 4, 1);
        rig.Listener("::", "5", 20, 0, KernelValue.Absent);
        rig.Listener("::", "6", 1, 128, KernelValue.Absent);
        rig.Subject("accept_queue", "[::]:4");
        rig.Tick();

        var record = rig.Read().Single();
        Assert.Equal(
            [
                new("[::]:5", 20, 0, KernelValue.Absent, false), new("[::]:4", 5, 4, 1, false), new("10.0.0.1:3", 0, 128, 120, false),
                new("[::]:2", 10, 128, 0, false),
            ],
            record.Listeners);
        Assert.Equal("[::]:4", record.SubjectOf("accept_queue"));
        Assert.Equal("", record.SubjectOf("syn_queue"));
    }

    [Fact]
    public void AListenerWhoseConnectionsWaitTooLongIsKeptHoweverMuchRoomItHas()
    {
        using var rig = new HistoryRig();
        for (var port = 1; port <= 5; port++)
            rig.Listener("::", $"{port}", port, 8, 0);
        rig.Listener("::", "443", 40, 4096, 0, isLate: true);
        rig.Tick();
        Assert.Equal(new("[::]:443", 40, 4096, 0, true), rig.Read().Single().Listeners[0]);
    }

    [Fact]
    public void OfSeveralSamplesInASecondTheHighestOfEachNumberIsKept()
    {
        using var rig = new HistoryRig(TimeSpan.FromMilliseconds(250));
        foreach (var (synRecv, lastAck) in ((long, long)[])[(1, 9), (700, 3), (2, 4), (3, 5), (4, 0), (0, 6), (1, 1), (2, 2)])
        {
            rig.State("syn_recv", synRecv);
            rig.State("last_ack", lastAck);
            rig.Tick();
        }
        var records = rig.Read();
        Assert.Equal([700L, 4], records.Select(record => HistoryRig.Value(record, "tcp.syn_recv")));
        Assert.Equal([9L, 6], records.Select(record => HistoryRig.Value(record, "tcp.last_ack")));
        Assert.Equal(1000, rig.Header.Interval);
    }

    [Fact]
    public void ATextThatFindsNoRoomIsLeftOutAndTheRecordStaysWhole()
    {
        using var rig = new HistoryRig();
        rig.Subject("long", new string('x', 300));
        rig.Subject("short", "y");
        for (var i = 0; i < 40; i++)
            rig.Subject($"r{i}", new string('x', 100));
        rig.Tick();
        var record = rig.Read().Single();
        Assert.Equal(100, record.SubjectOf("r0").Length);
        Assert.Equal("", record.SubjectOf("r39"));
        Assert.Equal("", record.SubjectOf("long"));
        Assert.Equal("y", record.SubjectOf("short"));
    }

    [Fact]
    public void ARecordHasRoomForItsSeriesListenersAndSubjects()
    {
        Assert.Equal(Series.Names.Length, Series.Names.Distinct().Count());
        Assert.InRange(Series.Names.Length, 90, HistoryRecord.MostSeries);
        const int Listener = 90, Subject = 120;
        Assert.True(
            HistoryRecord.TextsAt(Series.Names.Length) + (HistoryRecord.MostListeners * Listener) + (4 * Subject) <= HistoryRecord.Size);
        Assert.True(string.Join('\n', Series.Names).Length < HistoryHeader.Size / 2);
    }

    [Theory]
    [InlineData(1000, 1000, 3600)]
    [InlineData(100, 1000, 3600)]
    [InlineData(700, 1400, 2572)]
    [InlineData(10_000, 10_000, 360)]
    [InlineData(3_600_000, 3_600_000, 1)]
    public void RecordsAreASecondApartOrAsRareAsSamples(int sampleInterval, int interval, int capacity)
    {
        var header = HistoryHeader.For(TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(sampleInterval));
        Assert.Equal((interval, capacity), (header.Interval, header.Capacity));
        Assert.True(HistoryHeader.For(TimeSpan.FromHours(2), TimeSpan.FromMilliseconds(sampleInterval)).FileSize <= 16 * 1024 * 1024);
    }
}
