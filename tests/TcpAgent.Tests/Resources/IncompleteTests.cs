using System.Text;
using TcpAgent.Cli;
using TcpAgent.Resources;

namespace TcpAgent.Tests.Resources;

/// <summary>
/// More devices, queues or listeners than are followed: a loss that is seen still limits, and what is not seen leaves the verdict open.
/// </summary>
public sealed class IncompleteTests : IDisposable
{
    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void WithoutALossTheVerdictIsOpenAndSaysWhy()
    {
        _rig.Devices.Set("device=\"a\"", ("rx_missed_errors", 100));
        _rig.Tick(2);
        Assert.Equal(ResourceState.Ok, _rig.Report("device_rx").State);
        Assert.Equal(ResourceState.Ok, _rig.Judge().State);
        _rig.Devices.Beyond = 5;
        _rig.Tick();
        Assert.Equal(ResourceState.Unknown, _rig.Report("device_rx").State);
        Assert.Equal(ResourceState.Unknown, _rig.Judge().State);
        var text = Encoding.UTF8.GetString(WhyText.For(new Terminal(HasColour: false, Width: 1000)).Write(_rig.Judge()));
        Assert.StartsWith("CANNOT TELL: no limit was seen, but device_rx, ", text, StringComparison.Ordinal);
        Assert.Contains(" could not be read whole: there are more of them than the agent follows (", text, StringComparison.Ordinal);
        _rig.Devices.Beyond = 0;
        _rig.Tick();
        Assert.Equal(ResourceState.Ok, _rig.Judge().State);
    }

    [Fact]
    public void ALossThatIsSeenIsTheVerdict()
    {
        _rig.Devices.Beyond = 5;
        _rig.Devices.Set("device=\"a\"", ("rx_missed_errors", 100));
        _rig.Tick(2);
        _rig.Devices.Set("device=\"a\"", ("rx_missed_errors", 101));
        _rig.Tick();
        Assert.Equal(ResourceState.Limiting, _rig.Report("device_rx").State);
        Assert.Equal("a", _rig.Report("device_rx").Subject);
    }
}
