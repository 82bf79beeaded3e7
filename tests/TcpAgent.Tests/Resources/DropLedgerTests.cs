using TcpAgent.Kernel;
using TcpAgent.Resources;

namespace TcpAgent.Tests.Resources;

/// <summary>Drops by stage, and which of them name a device or a CPU.</summary>
public sealed class DropLedgerTests : IDisposable
{
    const ResourceState Ok = ResourceState.Ok, Limiting = ResourceState.Limiting;

    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void FramesWithoutAHandlerNameNoDevice()
    {
        _rig.Devices.Set(
            "device=\"eth0\"", ("rx_dropped", 5), ("rx_missed_errors", 5), ("rx_fifo_errors", 0), ("rx_nohandler", 0), ("tx_dropped", 0));
        _rig.Tick();
        _rig.Devices.Set("device=\"eth0\"", ("rx_dropped", 500), ("rx_nohandler", 70));
        _rig.Tick();
        _rig.Monitor.Shows("device_rx", state: Ok, recentLosses: 495);
        Assert.Equal(500, _rig.Dropped("device_dropped"));
        Assert.Equal(70, _rig.Dropped("no_handler"));
    }

    [Fact]
    public void AMissedFrameNamesItsDevice()
    {
        _rig.Devices.Set("device=\"eth0\"", ("rx_dropped", 500), ("rx_missed_errors", 5));
        _rig.Tick();
        _rig.Devices.Set("device=\"eth0\"", ("rx_missed_errors", 6));
        _rig.Tick();
        _rig.Monitor.Shows("device_rx", state: Limiting);
        Assert.Equal("eth0", _rig.Report("device_rx").Subject);
    }

    [Fact]
    public void ADeviceThatComesOrGoesIsNoLoss()
    {
        _rig.Devices.Set("device=\"a\"", ("rx_missed_errors", 100));
        _rig.Devices.Set("device=\"b\"", ("rx_missed_errors", 10));
        _rig.Tick();
        Assert.Equal(110, _rig.Dropped("nic_missed"));
        _rig.Devices.Remove("device=\"a\"");
        _rig.Devices.Set("device=\"c\"", ("rx_missed_errors", 5000));
        _rig.Tick();
        Assert.Equal(110, _rig.Dropped("nic_missed"));
        _rig.Monitor.Shows("device_rx", state: Ok);
        _rig.Devices.Set("device=\"c\"", ("rx_missed_errors", 5003));
        _rig.Tick();
        Assert.Equal(113, _rig.Dropped("nic_missed"));
        _rig.Monitor.Shows("device_rx", state: Limiting);
    }

    [Fact]
    public void DropsOfTheFlowLimitAreNoLossOfTheBacklog()
    {
        _rig.Softnet.Set("cpu=\"0\"", ("dropped", 0), ("flow_limit", 0), ("backlog", 3));
        _rig.Tick();
        _rig.Softnet.Set("cpu=\"0\"", ("dropped", 8), ("flow_limit", 8));
        _rig.Tick();
        _rig.Monitor.Shows("softnet_backlog", state: Ok);
        Assert.Equal(0, _rig.Dropped("softnet_backlog"));
        Assert.Equal(8, _rig.Dropped("flow_limit"));
    }

    /// <summary>The kernel counts a segment as RcvPruned first, and then as TCPRcvQDrop or TCPOFODrop too.</summary>
    [Fact]
    public void APacketThatNoSocketHadRoomForIsCountedOnce()
    {
        void Set(long pruned, long queue, long outOfOrder, long backlog, long udp, long udpMemory)
        {
            foreach (var (field, value) in ((string, long)[])
                [("RcvPruned", pruned), ("TCPRcvQDrop", queue), ("TCPOFODrop", outOfOrder), ("TCPBacklogDrop", backlog)])
                _rig.TcpExt(field, value);
            foreach (var (field, value) in ((string, long)[])[("RcvbufErrors", udp), ("MemErrors", udpMemory)])
            {
                _rig.Snmp.Set("Udp", field, value);
                _rig.Snmp6.Set("", "Udp6" + field, value * 2);
            }
            _rig.Tick();
        }
        Set(0, 0, 0, 0, 0, 0);
        Set(pruned: 1, queue: 1, 0, 0, 0, 0);
        Assert.Equal(1, _rig.Dropped("socket_receive"));
        Set(pruned: 2, queue: 1, outOfOrder: 1, 0, 0, 0);
        Assert.Equal(2, _rig.Dropped("socket_receive"));
        Set(pruned: 2, queue: 1, outOfOrder: 1, backlog: 10, udp: 100, udpMemory: 1000);
        Assert.Equal(2 + 10 + 300 + 3000, _rig.Dropped("socket_receive"));

        // For a while netstat cannot be read.
        Set(KernelValue.Absent, KernelValue.Absent, KernelValue.Absent, KernelValue.Absent, udp: 101, udpMemory: 1000);
        Set(pruned: 5, queue: 4, outOfOrder: 1, backlog: 10, udp: 101, udpMemory: 1000);
        Assert.Equal(5 + 10 + 303 + 3000, _rig.Dropped("socket_receive"));
    }

    [Fact]
    public void OnAKernelWithoutSeparateCountersPrunesAreCounted()
    {
        _rig.TcpExt("RcvPruned", 0);
        _rig.TcpExt("TCPOFODrop", 0);
        _rig.Tick();
        _rig.TcpExt("RcvPruned", 3);
        _rig.TcpExt("TCPOFODrop", 1);
        _rig.Tick();
        Assert.Equal(3, _rig.Dropped("socket_receive"));
    }

    /// <summary>If a total fell and rose again, Prometheus would see an increase by the whole counter.</summary>
    [Fact]
    public void AStageKeepsItsTotalWhileACounterCannotBeReadAndIsAbsentWhileNoneCan()
    {
        void Set(long v4, long v6)
        {
            _rig.Snmp.Set("Udp", "RcvbufErrors", v4);
            _rig.Snmp6.Set("", "Udp6RcvbufErrors", v6);
            _rig.Tick();
        }
        Set(100, 20);
        Assert.Equal(120, _rig.Dropped("socket_receive"));
        Set(103, KernelValue.Absent);
        Assert.Equal(123, _rig.Dropped("socket_receive"));
        Set(KernelValue.Absent, KernelValue.Absent);
        Assert.Null(_rig.Dropped("socket_receive"));
        Set(104, 25);
        Assert.Equal(129, _rig.Dropped("socket_receive"));
    }
}
