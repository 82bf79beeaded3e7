using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Sources.EphemeralPortsRig;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

/// <summary>The range of local ports and those that are reserved.</summary>
public sealed class PortSettingsTests : IDisposable
{
    readonly EphemeralPortsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(PortRange, "40000\t40009\n", 10)]
    [InlineData(ReservedPorts, "40001,40003-40004\n", 17)]
    [InlineData(ReservedPorts, null, 20)]
    public void TheSlowLaneScansAfterASettingChanged(string file, string? text, int usable)
    {
        _rig.Tick(slow: true);
        if (text is null)
            _rig.Root.Delete(file);
        else
            _rig.Root.Write(file, text);
        _rig.Tick(opened: false);
        _rig.ShowsScan(scans: 1, usable: 20);
        _rig.Tick(opened: false, slow: true);
        _rig.ShowsScan(scans: 2, usable: usable);
        _rig.Tick(opened: false, slow: true);
        _rig.ShowsScan(scans: 2);
    }

    [Theory]
    [InlineData(PortRange, "40000\n")]
    [InlineData(PortRange, "40019\t40000\n")]
    [InlineData(PortRange, "40000\t70000\n")]
    [InlineData(PortRange, "40000")]
    [InlineData(ReservedPorts, "8080,")]
    public void ATornSettingIsNamed(string file, string text)
    {
        _rig.Root.Write(file, text);
        var status = _rig.Tick();
        status.Shows(Outcome.Failed, errno: Libc.EBADMSG, file: file);
        _rig.ShowsScan(scans: 0);
        Assert.Equal(1, _rig.Ports.Malformed);
    }

    /// <summary>gVisor's settings end without a newline, and its empty list is an empty file.</summary>
    [Theory]
    [InlineData(PortRange, "40000\t40019", 20)]
    [InlineData(ReservedPorts, "40000,40010-40012", 16)]
    [InlineData(ReservedPorts, "", 20)]
    public void ASettingIsWholeWithoutANewline(string file, string text, long usable)
    {
        _rig.Root.Write(file, text);
        Assert.Equal(ReadStatus.Ok, _rig.Tick());
        _rig.ShowsScan(usable: usable);
    }

    [Fact]
    public void EachScanReadsTheSettingsAgain()
    {
        _rig.Tick();
        _rig.Root.Write(PortRange, "50000\t50099\n");
        _rig.Root.Write(ReservedPorts, "50000-50009\n");
        _rig.Tick();
        _rig.ShowsScan(usable: 90);
        Assert.Equal((50000, 50099), _rig.Table.AskedRanges[1]);
    }

    [Fact]
    public void WithoutAListOfReservedPortsNoneIsReserved()
    {
        _rig.Root.Delete(ReservedPorts);
        Assert.Equal(ReadStatus.Ok, _rig.Tick());
        _rig.ShowsScan(usable: 20);
    }

    [Fact]
    public void WithoutARangeThePortsAreAbsent()
    {
        _rig.Tick();
        _rig.Root.Delete(PortRange);
        for (var failures = 0; failures < 3; failures++)
            _rig.Tick();
        Assert.Equal(ReadStatus.Absent, _rig.Tick());
        _rig.ShowsScan(usable: Absent);
    }
}
