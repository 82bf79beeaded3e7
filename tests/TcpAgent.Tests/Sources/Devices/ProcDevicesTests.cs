using TcpAgent.Sources;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

public sealed class ProcDevicesTests : IDisposable
{
    const string Header =
        "Inter-|   Receive                                                |  Transmit\n"
        + " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";

    const string Numbers = " 1 2 3 251 5 6 7 8 9 10 11 12 13 14 15 16\n";
    const string Eth0 = "device=\"eth0\"";

    readonly TempRoot _root = new();
    readonly Devices _source;

    public ProcDevicesTests() => _source = new Devices(_root.Kernel, netlink: null);

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    /// <summary>What is exported of one device; <paramref name="merged"/> is what was dropped or missed.</summary>
    void Shows(
        string device, Expected merged = default, Expected dropped = default, Expected missed = default, Expected noHandler = default,
        Expected queueLength = default, Expected promiscuous = default)
    {
        long? Of(string metric) => _source.Value($"tcpagent_device_{metric}", device);
        new Facts(device).Is(merged, Of("receive_dropped_or_missed_total")).Is(dropped, Of("receive_dropped_total"))
            .Is(missed, Of("receive_missed_total")).Is(noHandler, Of("receive_nohandler_total"))
            .Is(queueLength, Of("transmit_queue_length")).Is(promiscuous, Of("promiscuous")).Verify();
    }

    [Fact]
    public void WithoutSysfsTheMergedDropHasAMergedName()
    {
        _root.Write("net/dev", Header + "eth0:" + Numbers);
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows(Eth0, merged: 251, dropped: Absent, missed: Absent, noHandler: Absent);
        Assert.Equal("net/dev", _source.Mode);
        Assert.Equal(0, _source.Value("tcpagent_devices_omitted"));
    }

    [Fact]
    public void WithSysfsTheTwoPartsHaveNamesOfTheirOwn()
    {
        _root.Write("net/dev", Header + "eth0:" + Numbers + "veth1:" + Numbers);
        _root.Write("class/net/eth0/statistics/rx_dropped", "211\n");
        _root.Write("class/net/eth0/statistics/rx_missed_errors", "40\n");
        _root.Write("class/net/eth0/statistics/rx_nohandler", "9\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows(Eth0, dropped: 211, missed: 40, merged: Absent, noHandler: 9);
        Assert.Equal("sysfs", _source.Mode);

        Shows("device=\"veth1\"", merged: 251, dropped: Absent);
    }

    [Fact]
    public void QueueLengthAndPromiscuityAreReadForANewDevice()
    {
        _root.Write("net/dev", Header + "eth0:" + Numbers + "veth1:" + Numbers);
        Settings("1000\n", "0x1103\n");
        Assert.Equal(ReadStatus.Ok, ReadAt(slow: false));
        Shows(Eth0, queueLength: 1000, promiscuous: 1);
        Shows("device=\"veth1\"", queueLength: Absent, promiscuous: Absent);
    }

    [Fact]
    public void QueueLengthAndPromiscuityAreReadAgainOnTheSlowLane()
    {
        _root.Write("net/dev", Header + "eth0:" + Numbers);
        Settings("1000\n", "0x1103\n");
        ReadAt(slow: false);
        Settings("500\n", "0x1003\n");
        ReadAt(slow: false);
        Shows(Eth0, queueLength: 1000, promiscuous: 1);
        ReadAt(slow: true);
        Shows(Eth0, queueLength: 500, promiscuous: 0);
    }

    [Fact]
    public void AnImpossibleQueueLengthOrFlagIsAbsent()
    {
        _root.Write("net/dev", Header + "eth0:" + Numbers);
        Settings("-1\n", "0x1ffffffff\n");
        ReadAt(slow: true);
        Shows(Eth0, queueLength: Absent, promiscuous: Absent);
    }

    ReadStatus ReadAt(bool slow) => _source.Read(new Tick(0, 0, slow));

    void Settings(string queueLength, string flags)
    {
        _root.Write("class/net/eth0/tx_queue_len", queueLength);
        _root.Write("class/net/eth0/flags", flags);
    }

    [Fact]
    public void TheOtherColumnsGoToTheirMetrics()
    {
        _root.Write("net/dev", Header + "eth0:" + Numbers);
        _source.Read();
        string[] metrics = [
            "receive_bytes", "receive_packets", "receive_errors", "receive_fifo_errors", "transmit_bytes", "transmit_packets",
            "transmit_errors", "transmit_dropped"];
        Assert.Equal([1, 2, 3, 5, 9, 10, 11, 12], metrics.Select(metric => _source.Value($"tcpagent_device_{metric}_total", Eth0)));
    }

    [Fact]
    public void DevicesThatComeGoOrChangePlacesKeepTheirNames()
    {
        _root.Write("net/dev", Header + "lo:" + Numbers + "eth0:" + Numbers);
        _source.Read();
        _root.Write("net/dev", Header + "eth0:" + Numbers + "eth0:1:" + Numbers + "lo:" + Numbers);
        _source.Read();
        Assert.Equal([Eth0, "device=\"eth0:1\"", "device=\"lo\""], _source.Tables[0].Keys());
        _root.Write("net/dev", Header + "lo:" + Numbers);
        _source.Read();
        Assert.Equal(["device=\"lo\""], _source.Tables[0].Keys());
    }

    [Fact]
    public void ADeviceThatTheFileListsTwiceIsOneSeriesAlsoWhenPlacesChange()
    {
        _root.Write("net/dev", Header + "lo:" + Numbers + "eth0:" + Numbers);
        _source.Read();
        _root.Write("net/dev", Header + "eth0:" + Numbers + "eth1:" + Numbers + "eth0:" + Numbers);
        _source.Read();
        Assert.Equal([Eth0, "device=\"eth1\""], _source.Tables[0].Keys());
    }

    [Fact]
    public void DevicesBeyondTheBoundAreCounted()
    {
        _root.Write("net/dev", Header + string.Concat(Enumerable.Range(0, 600).Select(i => $"veth{i}:{Numbers}")));
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(600, _source.Tables[0].Count);
        Assert.Equal(600 - Devices.MaxDevices, _source.Value("tcpagent_devices_omitted"));
        Assert.False(_source.Tables[0].IsHidden(Devices.MaxDevices - 1));
        Assert.True(_source.Tables[0].IsHidden(Devices.MaxDevices));
    }

    [Fact]
    public void NamesOfOtherBytesAreSeparateSeriesWithoutControlCharacters()
    {
        _root.Write("net/dev", Header + "caf\u00c3\u00a9:" + Numbers + "caf\u00e9:" + Numbers + "\u001b[31m:" + Numbers);
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(["device=\"caf\u00e9\"", "device=\"caf\\\\xe9\"", "device=\"\\\\x1b[31m\""], _source.Tables[0].Keys());
        Assert.Equal(["caf\u00e9", "caf\\xe9", "\\x1b[31m"], Enumerable.Range(0, 3).Select(i => _source.Tables[0].InstanceAt(i).Subject));
    }

    [Fact]
    public void AColumnThatIsNotReadMayHoldAnything()
    {
        _root.Write("net/dev", "Inter-| Receive | Transmit\n face |packets giants|bytes\neth5: 5 -? 6\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(5, _source.Value("tcpagent_device_receive_packets_total", "device=\"eth5\""));
    }

    [Fact]
    public void ATornLineIsLeftOutAndCounted()
    {
        _root.Write("net/dev", Header + "lo:" + Numbers + "eth0: 1 2 3\n" + "eth1:" + Numbers);
        var status = _source.Read();
        status.Shows(Outcome.Partial, line: 4);
        Assert.Equal(["device=\"lo\"", "device=\"eth1\""], _source.Tables[0].Keys());
        Assert.Equal(1, _source.Malformed);
    }

    [Fact]
    public void AFileWithoutAHeaderFails()
    {
        _root.Write("net/dev", Header + "lo:" + Numbers);
        _source.Read();
        _root.Write("net/dev", "no header\n");
        Assert.Equal(Outcome.Failed, _source.Read().Outcome);
        Assert.Equal(0, _source.Tables[0].Count);
        Assert.Null(_source.Value("tcpagent_devices_omitted"));
    }

    [Fact]
    public void ANameThatIsAPathDoesNotLeaveTheDevicesFolder()
    {
        _root.Write("class/secret/statistics/rx_dropped", "1\n");
        _root.Write("net/dev", Header + "../secret:" + Numbers);
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows("device=\"../secret\"", dropped: Absent);
    }
}
