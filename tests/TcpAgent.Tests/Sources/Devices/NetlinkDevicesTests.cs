using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

public sealed class NetlinkDevicesTests : IDisposable
{
    const ushort RTM_GETLINK = 18;
    const ushort RTM_GETSTATS = 94;

    readonly Dictionary<int, string> _links = new() { [1] = "lo", [2] = "eth0" };
    readonly List<int> _withStats = [1, 2];
    readonly List<string> _asked = [];
    readonly List<ReplayTransport> _listeners = [];
    readonly Table _table = new(Devices.Rows);
    readonly LinkNames _names;
    readonly NetlinkDevices _devices;
    int _statsErrno;
    int _linkErrno;
    int _interruptions;
    bool _canListen = true;
    long _ticks;

    public NetlinkDevicesTests()
    {
        _names = new LinkNames(new NetlinkDump(() => (0, new ReplayTransport(Answers))), Listen);
        _devices = new NetlinkDevices(new NetlinkDump(() => (0, new ReplayTransport(Answers))), _names);
    }

    public void Dispose() => _devices.Dispose();

    ReplayTransport? Listen()
    {
        if (!_canListen)
            return null;
        _listeners.Add(new ReplayTransport(_ => []));
        return _listeners[^1];
    }

    IEnumerable<Answer> Answers(byte[] request)
    {
        var sequence = ReplayTransport.SequenceOf(request);
        var links = ReplayTransport.TypeOf(request) == RTM_GETLINK;
        Assert.True(links || ReplayTransport.TypeOf(request) == RTM_GETSTATS);
        _asked.Add(links ? "links" : "stats");
        if ((links ? _linkErrno : _statsErrno) is not 0 and var errno)
            return [Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-errno)))];
        var messages = links
            ? _links.Select(link => Message(RTM_NEWLINK, sequence, NewLink(link.Key, link.Value, 1000 + link.Key, link.Key == 2 ? 3 : 0)))
            : _withStats.Select(index => Message(RTM_NEWSTATS, sequence, NewStats(index, Counting((ulong)index * 100))));
        var flags = !links && _interruptions-- > 0 ? NLM_F_MULTI | NetlinkMessage.NLM_F_DUMP_INTR : NLM_F_MULTI;
        return [.. messages.Chunk(20).Select(part => Answer.Of(part)), Answer.Of(Done(sequence, (ushort)flags))];
    }

    Tick Next(bool slow) => new(_ticks++, 0, slow);

    /// <summary>The devices and their received packets; <paramref name="asked"/> is what the read asked the kernel for.</summary>
    string Read(string asked, bool slow = false, int errno = 0)
    {
        _asked.Clear();
        var status = _devices.Read(_table, Next(slow), out _);
        Assert.Equal(asked, string.Join(' ', _asked));
        Assert.Equal(errno == 0 ? ReadStatus.Ok : ReadStatus.Failed("rtnetlink", errno), status);
        var rows = Enumerable.Range(0, _table.Count).Select(i => $"{_table.KeyText(i)} {_table[i][Devices.ReceivePackets]}");
        return string.Join(',', rows);
    }

    const string LoAndEth0 = "device=\"lo\" 100,device=\"eth0\" 200";

    [Fact]
    public void NamesAreReadOnceAndThenOnTheSlowLane()
    {
        Assert.Equal(LoAndEth0, Read("links stats", slow: true));
        Assert.Equal(LoAndEth0, Read("stats"));
        Assert.Equal(LoAndEth0, Read("links stats", slow: true));
    }

    [Fact]
    public void EachCounterGoesToItsSlot()
    {
        Read("links stats", slow: true);
        Assert.Equal(
            [202, 200, 204, 206, 215, 214, 223, 208, KernelValue.Absent, KernelValue.Absent, 203, 201, 205, 207, 1, 1002,
                210 + 211 + 212 + 213, 221, 218, 209, 216 + 217 + 219 + 220, 222],
            _table[1].Values.ToArray());
        Assert.Equal(0, _table[0][Devices.Promiscuous]);
    }

    [Fact]
    public void ARenameIsSeenAtTheSameTick()
    {
        Read("links stats", slow: true);
        _links[2] = "wan";
        _listeners[0].Enqueue(Answer.Of(Message(RTM_NEWLINK, 0, NewLink(2, "wan"))));
        Assert.Equal("device=\"lo\" 100,device=\"wan\" 200", Read("links stats"));
        Assert.Equal("device=\"lo\" 100,device=\"wan\" 200", Read("stats"));
    }

    [Fact]
    public void TwoDevicesMaySwapNames()
    {
        Read("links stats", slow: true);
        (_links[1], _links[2]) = (_links[2], _links[1]);
        _listeners[0].Enqueue(Answer.Of(Message(RTM_NEWLINK, 0, NewLink(2, "lo"))));
        Assert.Equal("device=\"eth0\" 100,device=\"lo\" 200", Read("links stats"));
    }

    [Fact]
    public void AnUnknownIndexCausesTheNamesToBeRead()
    {
        Read("links stats", slow: true);
        _links[7] = "veth7";
        _withStats.Add(7);
        Assert.Equal(LoAndEth0 + ",device=\"veth7\" 700", Read("stats links stats"));
        Assert.Equal(LoAndEth0 + ",device=\"veth7\" 700", Read("stats"));
    }

    [Fact]
    public void ARemovedDeviceDisappears()
    {
        Read("links stats", slow: true);
        _links.Remove(2);
        _withStats.Remove(2);
        _listeners[0].Enqueue(Answer.Of(Message(17, 0, NewLink(2, "eth0"))));
        Assert.Equal("device=\"lo\" 100", Read("links stats"));

        // A removed device no longer has its name, so another may get it.
        _links[9] = "eth0";
        _withStats.Add(9);
        Assert.Equal("device=\"lo\" 100,device=\"eth0\" 900", Read("stats links stats"));
    }

    [Fact]
    public void LostAnnouncementsCauseTheNamesToBeRead()
    {
        Read("links stats", slow: true);
        _listeners[0].Enqueue(Answer.Error(Libc.ENOBUFS));
        Read("links stats");
        Assert.Single(_listeners);
        Read("stats");
    }

    [Fact]
    public void ABrokenListenerIsReplacedAndNoRenameIsMissed()
    {
        Read("links stats", slow: true);
        _listeners[0].Enqueue(Answer.Error(Libc.EIO));
        Read("links stats");
        Assert.True(_listeners[0].Disposed);

        // Renamed while nobody listened.
        _links[2] = "wan";
        Assert.Equal("device=\"lo\" 100,device=\"wan\" 200", Read("links stats"));
        Assert.Equal(2, _listeners.Count);
        Read("stats");
    }

    [Fact]
    public void NamesAreReadOnceATickHoweverManyAsk()
    {
        _canListen = false;
        _linkErrno = Libc.EINVAL;
        var tick = Next(slow: false);
        Assert.Equal(Libc.EINVAL, _names.Refresh(tick));
        Assert.Equal(Libc.EINVAL, _names.Refresh(tick));
        _linkErrno = 0;
        Assert.Equal(Libc.EINVAL, _names.Refresh(tick));
        Assert.Equal(0, _names.Refresh(Next(slow: false)));
        Assert.Equal(["links", "links"], _asked);
    }

    [Fact]
    public void WithoutAListenerNamesAreReadEachTime()
    {
        _canListen = false;
        Read("links stats");
        Read("links stats");
        _canListen = true;
        Read("links stats");
        Read("stats");
    }

    [Fact]
    public void AnInterruptedDumpIsReadAgain()
    {
        Read("links stats", slow: true);
        _interruptions = 1;
        Assert.Equal(LoAndEth0, Read("stats links stats"));
    }

    [Fact]
    public void AFailureOfEitherDumpFailsTheSource()
    {
        _linkErrno = Libc.EPERM;
        Read("links", errno: Libc.EPERM);
        _linkErrno = 0;
        _statsErrno = Libc.EOPNOTSUPP;
        Read("links stats", errno: Libc.EOPNOTSUPP);
        _statsErrno = 0;
        Assert.Equal(LoAndEth0, Read("stats"));
    }

    [Fact]
    public void WhereNetlinkFailsNetDevIsReadUntilTheNextSlowTick()
    {
        using var root = new TempRoot();
        root.Write("net/dev", "Inter-| Receive | Transmit\n face |packets|bytes\neth5: 5 6\n");
        using var source = new Devices(root.Kernel, _devices);
        Assert.Equal(ReadStatus.Ok, source.Read(Next(slow: true)));
        Assert.Equal("rtnetlink", source.Mode);
        Assert.Equal(2, source.Tables[0].Count);

        _statsErrno = Libc.EPERM;
        Assert.Equal(ReadStatus.Ok, source.Read(Next(slow: false)));
        Assert.Equal("net/dev", source.Mode);
        Assert.Equal("device=\"eth5\"", Assert.Single(source.Tables[0].Keys()));

        _statsErrno = 0;
        source.Read(Next(slow: false));
        Assert.Equal("net/dev", source.Mode);
        source.Read(Next(slow: true));
        Assert.Equal("rtnetlink", source.Mode);
        Assert.Equal(2, source.Tables[0].Count);
    }
}
