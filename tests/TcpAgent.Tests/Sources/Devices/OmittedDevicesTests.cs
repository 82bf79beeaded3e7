using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>More devices than are exported, and more than are judged.</summary>
public sealed class OmittedDevicesTests : IDisposable
{
    const ushort RTM_GETLINK = 18;

    readonly TempRoot _root = new();

    /// <summary>IFLA_INFO_KIND by index; null for a device with a driver.</summary>
    readonly Dictionary<int, string?> _links = [];

    /// <summary>Losses by index.</summary>
    readonly Dictionary<int, ulong> _lost = [];
    readonly Devices _source;
    long _ticks;

    public OmittedDevicesTests()
    {
        var names = new LinkNames(new NetlinkDump(() => (0, new ReplayTransport(Answers))), () => new ReplayTransport(_ => []));
        _source = new Devices(_root.Kernel, new NetlinkDevices(new NetlinkDump(() => (0, new ReplayTransport(Answers))), names));
    }

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    IEnumerable<Answer> Answers(byte[] request)
    {
        var sequence = ReplayTransport.SequenceOf(request);
        var messages = _links.Select(link => ReplayTransport.TypeOf(request) == RTM_GETLINK
            ? Message(RTM_NEWLINK, sequence, [.. NewLink(link.Key, $"dev{link.Key}"), .. InfoKind(link.Value)])
            : Message(RTM_NEWSTATS, sequence, NewStats(link.Key, Counting(_lost.GetValueOrDefault(link.Key)))));
        return [.. messages.Chunk(20).Select(part => Answer.Of(part)), Answer.Of(Done(sequence))];
    }

    void Add(int count, string? kind = "veth")
    {
        for (var i = 0; i < count; i++)
            _links[_links.Count + 1] = kind;
    }

    ReadStatus Read(bool isSlow = false) => _source.Read(new Tick(_ticks++, 0, isSlow));

    /// <summary>Indices are places, counted from 1.</summary>
    bool IsHidden(int index) => _source.Tables[0].IsHidden(index - 1);

    [Fact]
    public void DevicesBeyondTheBoundAreOmittedAndStillJudged()
    {
        Add(600);
        Assert.Equal(ReadStatus.Ok, Read(isSlow: true));
        Assert.Equal(600, _source.Tables[0].Count);
        Assert.Equal(0, _source.Unjudged);
        Assert.Equal(600 - Devices.MaxDevices, _source.Value("tcpagent_devices_omitted"));
        Assert.False(IsHidden(Devices.MaxDevices));
        Assert.True(IsHidden(Devices.MaxDevices + 1));
    }

    [Fact]
    public void ADeviceWithADriverIsExportedBeforeOthers()
    {
        Add(599);
        Add(1, kind: null);
        Read(isSlow: true);
        Assert.False(IsHidden(1));
        Assert.False(IsHidden(600));
        Assert.True(IsHidden(550));
        Assert.True(IsHidden(512));
    }

    [Fact]
    public void ADeviceThatLosesIsExportedBeforeOthersAndStaysSo()
    {
        Add(599);
        Add(1, kind: null);
        Read(isSlow: true);
        _lost[550] = 1;
        Read();
        Assert.False(IsHidden(1));
        Assert.False(IsHidden(600));
        Assert.False(IsHidden(550));
        Assert.True(IsHidden(511));

        // It stays exported although it loses no more.
        Read();
        Assert.False(IsHidden(550));
    }

    [Fact]
    [Trait("Category", "slow")]
    public void DevicesBeyondThoseThatAreJudgedAreReported()
    {
        Add(Devices.MaxJudged + 7);
        Assert.Equal(ReadStatus.Ok, Read(isSlow: true));
        Assert.Equal(Devices.MaxJudged, _source.Tables[0].Count);
        Assert.Equal(7, _source.Unjudged);
        Assert.Equal(Devices.MaxJudged + 7 - Devices.MaxDevices, _source.Value("tcpagent_devices_omitted"));
    }
}
