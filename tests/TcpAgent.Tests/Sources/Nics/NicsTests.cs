using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

/// <summary>What network cards and their drivers answer, device by device.</summary>
public sealed class NicsTests : IDisposable
{
    readonly NicRig _rig = new();

    public NicsTests() => _rig.Link(1, "lo");

    public void Dispose() => _rig.Dispose();

    /// <summary>What is exported of one card's rings and channels.</summary>
    void Shows(
        string device, Expected ring = default, Expected ringLimit = default, Expected sendRing = default, Expected sendRingLimit = default,
        Expected combined = default, Expected combinedLimit = default, Expected receiveChannels = default) => new Facts(device)
        .Is(ring, _rig.Value("nic_receive_ring_descriptors", device))
        .Is(ringLimit, _rig.Value("nic_receive_ring_descriptors_limit", device))
        .Is(sendRing, _rig.Value("nic_transmit_ring_descriptors", device))
        .Is(sendRingLimit, _rig.Value("nic_transmit_ring_descriptors_limit", device))
        .Is(combined, _rig.Value("nic_combined_channels", device))
        .Is(combinedLimit, _rig.Value("nic_combined_channels_limit", device))
        .Is(receiveChannels, _rig.Value("nic_receive_channels", device))
        .Verify();

    [Fact]
    public void EachCardHasItsRingsAndChannels()
    {
        _rig.Link(2, "eth0");
        _rig.Rings(2, rx: 512, rxMax: 4096, tx: 256, txMax: 2048);
        _rig.Channels(2, combined: 4, most: 8);
        _rig.Link(3, "eth1");
        _rig.Rings(3, rx: 1024, rxMax: 8192, tx: 1023, txMax: 8191);
        _rig.Tick();
        Shows(
            "eth0", ring: 512, ringLimit: 4096, sendRing: 256, sendRingLimit: 2048, combined: 4, combinedLimit: 8,
            receiveChannels: Expected.Absent);
        Shows("eth1", ring: 1024, ringLimit: 8192, sendRing: 1023, sendRingLimit: 8191, combined: Expected.Absent);
    }

    [Fact]
    public void ADeviceThatAnswersNothingIsAbsentAndNever0()
    {
        Assert.Equal(ReadStatus.Absent, _rig.Tick());
        Assert.Empty(_rig.Devices);
    }

    [Fact]
    public void SoftwareDevicesAreNotAsked()
    {
        _rig.Link(2, "veth0", "veth");
        _rig.Link(3, "br0", "bridge");
        _rig.Channels(2, combined: 1, most: 1);
        _rig.Tick();
        Assert.DoesNotContain("channels 2", _rig.Asked);
        Assert.Equal(["lo"], _rig.Driver.Asked);
    }

    [Fact]
    public void WhatADriverDoesNotOfferIsAskedForOnce()
    {
        _rig.Link(2, "eth0");
        _rig.Rings(2, rx: 512, rxMax: 4096, tx: 256, txMax: 2048);
        _rig.Tick();
        _rig.Asked.Clear();
        _rig.Driver.Asked.Clear();
        _rig.Tick();
        Assert.Equal(["rings 2"], _rig.Asked);
        Assert.Empty(_rig.Driver.Asked);
    }

    [Fact]
    public void AnotherDeviceOfTheNameIsAskedAgain()
    {
        _rig.Link(2, "eth0");
        _rig.Tick();
        _rig.Unlink(2);
        _rig.Tick();
        _rig.Link(2, "eth0");
        _rig.Channels(2, combined: 2, most: 2);
        _rig.Tick();
        Shows("eth0", combined: 2);
    }

    [Fact]
    public void AReloadAsksAgain()
    {
        _rig.Link(2, "eth0");
        _rig.Tick();
        _rig.Channels(2, combined: 2, most: 2);
        _rig.Source.Reopen();
        _rig.Tick();
        Shows("eth0", combined: 2);
    }

    [Fact]
    public void AFamilyThatTheKernelLacksIsLookedForOnce()
    {
        _rig.Link(2, "eth0");
        _rig.Lacks.Add("netdev");
        _rig.Rings(2, rx: 512, rxMax: 4096, tx: 256, txMax: 2048);
        _rig.Tick();
        _rig.Tick();
        Assert.Single(_rig.Asked, "netdev");
        Assert.Single(_rig.Asked, "ethtool");
        Shows("eth0", ring: 512);
    }

    [Fact]
    public void AnErrorOfOneDriverIsNoFailureAndIsAskedForAgain()
    {
        _rig.Link(2, "eth0");
        _rig.Rings(2, rx: 512, rxMax: 4096, tx: 256, txMax: 2048);
        _rig.Channels(2, combined: 4, most: 8);
        _rig.Errnos[("rings", 2)] = Libc.EINVAL;
        Assert.Equal(ReadStatus.Ok, _rig.Tick());
        Shows("eth0", ring: Expected.Absent, combined: 4);
        _rig.Errnos.Clear();
        _rig.Tick();
        Shows("eth0", ring: 512);
    }

    [Fact]
    public void ASocketThatCannotBeOpenedIsAFailureThatHeals()
    {
        _rig.Link(2, "eth0");
        _rig.Rings(2, rx: 512, rxMax: 4096, tx: 256, txMax: 2048);
        _rig.OpenErrno = Libc.EMFILE;
        Assert.Equal(ReadStatus.Failed("ethtool", Libc.EMFILE), _rig.Tick());
        _rig.OpenErrno = 0;
        Assert.Equal(ReadStatus.Ok, _rig.Tick());
        Shows("eth0", ring: 512);
    }

    [Fact]
    public void WhatASandboxForbidsIsDenied()
    {
        _rig.Link(2, "eth0");
        _rig.Driver.Errnos["eth0"] = Libc.EPERM;
        Assert.Equal(ReadStatus.Denied("ethtool", Libc.EPERM), _rig.Tick());
        Assert.Equal(ReadStatus.Denied("ethtool", Libc.EPERM), _rig.Tick());
    }

    [Fact]
    public void LooksAreTenSecondsApart()
    {
        using var rig = new NicRig(SamplingOptions.Default.WalkBudget);
        rig.Link(2, "eth0");
        rig.Channels(2, combined: 2, most: 2);
        rig.Tick();
        rig.Tick(9);
        Assert.Single(rig.Asked, "channels 2");

        // Far more than the first look has to rest for.
        rig.Tick(100);
        Assert.Equal(2, rig.Asked.Count(asked => asked == "channels 2"));
    }

    [Fact]
    public void ACardThatIsGoneIsGoneAtTheNextLook()
    {
        _rig.Link(2, "eth0");
        _rig.Channels(2, combined: 2, most: 2);
        _rig.Tick();
        _rig.Unlink(2);
        Assert.Equal(ReadStatus.Absent, _rig.Tick());
        Assert.Empty(_rig.Devices);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0xff, 0xff, 6, 0, 1, 0, 0, 0 })]
    [InlineData(new byte[] { 8, 0, 6, 0, 1 })]
    [InlineData(new byte[] { 5, 0, 6, 0, 1, 0, 0, 0 })]
    public void ATornAnswerLeavesItsValuesAbsent(byte[] attributes)
    {
        _rig.Link(2, "eth0");
        foreach (var what in (string[])["rings", "queues"])
            _rig.Raw(what, 2, attributes);
        _rig.Channels(2, combined: 2, most: 2);
        Assert.Equal(ReadStatus.Ok, _rig.Tick());
        Shows("eth0", ring: Expected.Absent, combined: 2);
    }
}
