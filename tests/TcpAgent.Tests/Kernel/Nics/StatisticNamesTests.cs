using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Nics;
using TcpAgent.Tests.Sources;
using static TcpAgent.Kernel.Nics.NicStatistic;

namespace TcpAgent.Tests.Kernel.Nics;

public class StatisticNamesTests
{
    static NicStatistic[] Classify(params string[] names)
    {
        var kinds = new NicStatistic[names.Length];
        StatisticNames.Classify(FakeDriver.Names(names), kinds);
        return kinds;
    }

    static long[] Sum(byte[] values, params NicStatistic[] kinds)
    {
        var sums = new long[(int)ConntrackAvailable];
        StatisticNames.Sum(values, kinds, sums);
        return sums;
    }

    static byte[] Bytes(params ulong[] values) => MemoryMarshal.AsBytes<ulong>(values).ToArray();

    [Theory]
    [InlineData("rx_missed_errors", (int)ReceiveOverruns)]
    [InlineData("rx_drops_no_pbuf", (int)ReceiveOverruns)]
    [InlineData("rxq7: rx_drops_no_frags", (int)ReceiveOverruns)]
    [InlineData("[12]: rx_discards", (int)ReceiveOverruns)]
    [InlineData("alloc_rx_page_failed", (int)AllocationFailures)]
    [InlineData("queue_3_rx_page_alloc_fail", (int)AllocationFailures)]
    [InlineData("rx3_buff_alloc_err", (int)AllocationFailures)]
    [InlineData("rx_skb_alloc_discard", (int)AllocationFailures)]
    [InlineData("rx_queue_0_drops", (int)ReceiveDrops)]
    [InlineData("rx0_drops", (int)ReceiveDrops)]
    [InlineData("rx_dropped.nic", (int)ReceiveDrops)]
    [InlineData("tx_queue_1_drops", (int)TransmitDrops)]
    [InlineData("queue_0_tx_queue_stop", (int)TransmitStops)]
    [InlineData("tx0_stopped", (int)TransmitStops)]
    [InlineData("bw_in_allowance_exceeded", (int)BandwidthIn)]
    [InlineData("bw_out_allowance_exceeded", (int)BandwidthOut)]
    [InlineData("pps_allowance_exceeded", (int)Packets)]
    [InlineData("conntrack_allowance_exceeded", (int)NicStatistic.Conntrack)]
    [InlineData("linklocal_allowance_exceeded", (int)LinkLocal)]
    [InlineData("conntrack_allowance_available", (int)ConntrackAvailable)]
    [InlineData("rx_packets", (int)None)]
    [InlineData("rx_queue_0_xdp_drops", (int)None)]
    [InlineData("rx_drops_total", (int)None)]
    [InlineData("my_rx_drops", (int)None)]
    [InlineData("rx_prio0_discards", (int)None)]
    [InlineData("queue_0_rx_empty_rx_ring", (int)None)]
    [InlineData("alloc_rx_page", (int)None)]
    [InlineData("queue", (int)None)]
    [InlineData("0123456789", (int)None)]
    [InlineData("", (int)None)]
    public void ANameHasItsKind(string name, int kind) => Assert.Equal([(NicStatistic)kind], Classify(name));

    /// <summary>No zero ends it.</summary>
    [Fact]
    public void ANameMayTakeAllItsBytes() =>
        Assert.Equal([ReceiveOverruns], Classify("rx_missed_errors".PadRight(StatisticNames.Length, '_')));

    [Fact]
    public void WhatFollowsTheEndOfANameIsNoPartOfIt() => Assert.Equal([ReceiveDrops], Classify("rx_drops\0_total"));

    [Fact]
    public void BytesThatAreNoTextAreNoName()
    {
        var kinds = new NicStatistic[2];
        byte[] names = [.. Enumerable.Repeat((byte)0xff, StatisticNames.Length), .. FakeDriver.Names("rx_drops")];
        StatisticNames.Classify(names, kinds);
        Assert.Equal([None, ReceiveDrops], kinds);
    }

    [Fact]
    public void QueuesAreLeftOutWhereTheDriverHasTheTotal() => Assert.Equal(
        [None, AllocationFailures, None, TransmitStops],
        Classify("rx0_buff_alloc_err", "rx_buff_alloc_err", "rx1_buff_alloc_err", "tx0_stopped"));

    [Fact]
    public void SumsAreByKindAndWithoutANameAbsent()
    {
        var sums = Sum(Bytes(3, 100, 4), ReceiveDrops, None, ReceiveDrops);
        Assert.Equal(7, sums[(int)ReceiveDrops - 1]);
        Assert.Equal(KernelValue.Absent, sums[(int)ReceiveOverruns - 1]);
    }

    [Fact]
    public void ASumEndsAtTheLargestNumber() => Assert.Equal(
        long.MaxValue, Sum(Bytes(ulong.MaxValue, 5, ulong.MaxValue), ReceiveDrops, ReceiveDrops, ReceiveDrops)[(int)ReceiveDrops - 1]);

    /// <summary>Two values and a half for three names.</summary>
    [Fact]
    public void AValueThatIsMissingIsNotAdded() =>
        Assert.Equal(7, Sum(Bytes(3, 4, 5)[..20], ReceiveDrops, ReceiveDrops, ReceiveDrops)[(int)ReceiveDrops - 1]);

    /// <summary>The values are the places of the lines, so each sum shows which names were added.</summary>
    [Theory]
    [InlineData("virtio_net", null, null, 3 + 11, null, null)]
    [InlineData("ixgbe", 28 + 29 + 42, 18 + 40 + 41, 14, 15, null)]
    [InlineData("e1000e", 15, 14 + 19, null, 7, null)]
    [InlineData("bnx2x", 24, 25, null, null, null)]
    [InlineData("i40e", null, 16 + 17, 7, 8, null)]
    [InlineData("mlx5_core", 10 + 11, 9, null, 7, 5)]
    [InlineData("be2net", 4 + 11 + 16, null, null, null, null)]
    [InlineData("ena-1.2", null, 14 + 15 + 23 + 24, null, null, 10 + 19)]
    public void EachDriversLossesAreFound(string driver, int? overruns, int? allocations, int? drops, int? sendDrops, int? stops)
    {
        var recorded = FakeDriver.Recorded(driver);
        var kinds = Classify([.. recorded.Select(one => one.Name)]);
        var sums = Sum(Bytes([.. recorded.Select(one => one.Value)]), kinds);
        Assert.Equal(
            ((int?[])[overruns, allocations, drops, sendDrops, stops]).Select(one => one ?? KernelValue.Absent), sums[..5]);
        Assert.All(sums[5..], sum => Assert.Equal(KernelValue.Absent, sum));
    }

    [Fact]
    public void TheAllowancesOfEnaAreFound()
    {
        var recorded = FakeDriver.Recorded("ena");
        var sums = Sum(Bytes([.. recorded.Select(one => one.Value)]), Classify([.. recorded.Select(one => one.Name)]));
        Assert.Equal([3200, 530, 784, 0, 12, 76957], sums[5..]);
    }
}
