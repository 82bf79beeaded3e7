using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>More devices than are exported, and more than are looked at.</summary>
public sealed class OmittedDevicesTests : IDisposable
{
    const ushort RTM_GETLINK = 18;

    readonly TempRoot _root = new();

    /// <summary>By index, IFLA_INFO_KIND; null of a device with a driver.</summary>
    readonly Dictionary<int, string?> _links = [];

    /// <summary>What some lost.</summary>
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

    /// <summary>By the index, which is its place from 1 on.</summary>
    bool IsHidden(int index) => _source.Tables[0].IsHidden(index - 1);

    [Fact]
    public void DevicesBeyondTheBoundAreCountedAndLookedAt()
    {
        Add(600);
        Assert.Equal(ReadStatus.Ok, Read(isSlow: true));
        Assert.Equal((600, 0), (_source.Tables[0].Count, _source.Unjudged));
        Assert.Equal(600 - Devices.MaxDevices, _source.Value("tcpagent_devices_omitted"));
        Assert.Equal((false, true), (IsHidden(Devices.MaxDevices), IsHidden(Devices.MaxDevices + 1)));
    }

    [Fact]
    public void OneWithADriverAndOneThatLosesAreExportedBeforeOthers()
    {
        Add(599);
        Add(1, kind: null);
        Read(isSlow: true);
        Assert.Equal((false, false, true, true), (IsHidden(1), IsHidden(600), IsHidden(550), IsHidden(512)));
        _lost[550] = 1;
        Read();
        Assert.Equal((false, false, false, true), (IsHidden(1), IsHidden(600), IsHidden(550), IsHidden(511)));

        // It stays where it can be seen although it loses no more.
        Read();
        Assert.False(IsHidden(550));
    }

    [Fact]
    public void BeyondWhatIsLookedAtTheSourceSaysSo()
    {
        Add(Devices.MaxJudged + 7);
        Assert.Equal(ReadStatus.Ok, Read(isSlow: true));
        Assert.Equal((Devices.MaxJudged, 7), (_source.Tables[0].Count, _source.Unjudged));
        Assert.Equal(Devices.MaxJudged + 7 - Devices.MaxDevices, _source.Value("tcpagent_devices_omitted"));
    }
}
