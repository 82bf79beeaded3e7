using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

public sealed class QdiscsTests : IDisposable
{
    const ushort RTM_GETLINK = 18;

    readonly Dictionary<int, string> _links = new() { [2] = "eth0", [3] = "eth1" };
    readonly Qdiscs _source;
    byte[][] _qdiscs = [];
    int _errno;

    public QdiscsTests() => _source = new Qdiscs(
        new NetlinkDump(() => (0, new ReplayTransport(Answers))),
        new LinkNames(new NetlinkDump(() => (0, new ReplayTransport(Answers))), () => new ReplayTransport(_ => [])));

    public void Dispose() => _source.Dispose();

    IEnumerable<Answer> Answers(byte[] request)
    {
        var sequence = ReplayTransport.SequenceOf(request);
        var isLinks = ReplayTransport.TypeOf(request) == RTM_GETLINK;
        if (!isLinks && _errno != 0)
            return [Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-_errno)))];
        var messages = isLinks
            ? _links.Select(link => Message(RTM_NEWLINK, sequence, NewLink(link.Key, link.Value, queueLength: 500)))
            : _qdiscs.Select(qdisc => Message(RTM_NEWQDISC, sequence, qdisc));
        return [.. messages.Chunk(5).Select(part => Answer.Of(part)), Answer.Of(Done(sequence))];
    }

    long? Value(string metric, string device, string kind) =>
        _source.Value($"tcpagent_qdisc_{metric}", $"device=\"{device}\",kind=\"{kind}\"");

    bool DropsOnlyAtLimit(int instance) => _source.Tables[0].InstanceAt(instance) is QdiscInstance { DropsEarly: false };

    [Fact]
    public void RootsAreExportedAndNotWhatStandsBelow()
    {
        _qdiscs =
        [
            Qdisc(2, "pfifo_fast", handle: 0, qlen: 7, drops: 3), Qdisc(3, "htb", drops: 10),
            Qdisc(3, "fq_codel", handle: 0x20000, parent: 0x10001, drops: 9),
            Qdisc(1, "noqueue", handle: 0),
        ];
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(["device=\"eth0\",kind=\"pfifo_fast\"", "device=\"eth1\",kind=\"htb\""], _source.Tables[0].Keys());
        Assert.Equal(
            (7, 500, 3), (Value("queue_packets", "eth0", "pfifo_fast"), Value("limit_packets", "eth0", "pfifo_fast"),
                Value("dropped_total", "eth0", "pfifo_fast")));
        Assert.Equal((10, (long?)null), (Value("dropped_total", "eth1", "htb"), Value("limit_packets", "eth1", "htb")));
        Assert.Equal((true, false), (DropsOnlyAtLimit(0), DropsOnlyAtLimit(1)));
    }

    [Fact]
    public void ManyQueuesDropAsTheDisciplinesBelowThemDo()
    {
        _qdiscs = [
            Qdisc(2, "mq"), Qdisc(2, "pfifo_fast", handle: 0, parent: 0x10001), Qdisc(3, "mq"),
            Qdisc(3, "fq_codel", handle: 0, parent: 0x10001)];
        _source.Read();
        Assert.Equal((true, false), (DropsOnlyAtLimit(0), DropsOnlyAtLimit(1)));
    }

    [Fact]
    public void APlaceForFiltersDropsNothingEarly()
    {
        _qdiscs = [Qdisc(2, "mq"), Qdisc(2, "clsact", handle: unchecked((int)0xFFFF0000), parent: unchecked((int)0xFFFFFFF1))];
        _source.Read();
        Assert.True(DropsOnlyAtLimit(0));
    }

    [Fact]
    public void AChildThatIsGoneIsNotHeldAgainstTheRoot()
    {
        _qdiscs = [Qdisc(2, "htb"), Qdisc(2, "fq_codel", handle: 0x20000, parent: 0x10001)];
        _source.Read();
        Assert.False(DropsOnlyAtLimit(0));
        _qdiscs = [Qdisc(2, "htb"), Qdisc(2, "pfifo", handle: 0x30000, parent: 0x10001)];
        _source.Read();
        Assert.True(DropsOnlyAtLimit(0));
    }

    [Fact]
    public void ATokenBucketHasTheLimitOfWhatStandsInItsQueuesPlace()
    {
        byte[] tbf = Attribute(1, [.. new byte[24], .. Int32(3072), .. new byte[8]]);
        _qdiscs = [
            Qdisc(2, "tbf", options: tbf), Qdisc(3, "tbf", options: tbf),
            Qdisc(3, "fq_codel", handle: 0x20000, parent: 0x10001, options: Attribute(2, Int32(10240)))];
        _source.Read();
        Assert.Equal((null, 3072), (Value("limit_packets", "eth0", "tbf"), Value("limit_bytes", "eth0", "tbf")));
        Assert.Equal((10240, (long?)null), (Value("limit_packets", "eth1", "tbf"), Value("limit_bytes", "eth1", "tbf")));
        Assert.Equal((true, false), (DropsOnlyAtLimit(0), DropsOnlyAtLimit(1)));
    }

    [Fact]
    public void ARootThatTheDumpShowsTwiceIsOne()
    {
        _qdiscs = [Qdisc(2, "pfifo", drops: 1), Qdisc(3, "pfifo"), Qdisc(2, "pfifo", handle: 0x70000, drops: 2)];
        _source.Read();
        Assert.Equal(2, _source.Tables[0].Count);
        Assert.Equal(1, Value("dropped_total", "eth0", "pfifo"));
    }

    [Fact]
    public void BytesThatFallSayThatTheDisciplineIsAnother()
    {
        _qdiscs = [Qdisc(2, "pfifo", bytes: 1L << 50, drops: -2)];
        _source.Read();
        _qdiscs = [Qdisc(2, "pfifo", bytes: 1000, drops: 3)];
        _source.Read();
        Assert.Equal(3, Value("dropped_total", "eth0", "pfifo"));
    }

    [Fact]
    public void ARootIsForgottenWithItsDevice()
    {
        _qdiscs = [Qdisc(2, "pfifo", drops: -2), Qdisc(3, "pfifo")];
        _source.Read();
        _qdiscs = [Qdisc(3, "pfifo")];
        _source.Read();
        _qdiscs = [Qdisc(2, "pfifo", drops: 3), Qdisc(3, "pfifo")];
        _source.Read();
        Assert.Equal(3, Value("dropped_total", "eth0", "pfifo"));
    }

    [Fact]
    public void AMomentsFailureIsNoWrapAndNoReset()
    {
        _qdiscs = [Qdisc(2, "pfifo", drops: -2)];
        _source.Read();
        _errno = 1;
        _source.Read();
        _errno = 0;
        _qdiscs = [Qdisc(2, "pfifo", drops: 3)];
        _source.Read();
        Assert.Equal((1L << 32) + 3, Value("dropped_total", "eth0", "pfifo"));
    }

    [Fact]
    public void RootsBeyondTheBoundAreCounted()
    {
        _qdiscs = [.. Enumerable.Range(10, 600).Select(index => Qdisc(index, "pfifo"))];
        foreach (var index in Enumerable.Range(10, 600))
            _links[index] = $"tun{index}";
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal((600, 600 - Devices.MaxDevices), (_source.Tables[0].Count, _source.Value("tcpagent_qdiscs_omitted")));
        Assert.True(_source.Tables[0].IsHidden(599));
        _qdiscs[599] = Qdisc(609, "pfifo", drops: 1);
        _source.Read();
        Assert.Equal((false, true), (_source.Tables[0].IsHidden(599), _source.Tables[0].IsHidden(Devices.MaxDevices - 1)));
    }

    /// <summary>Some disciplines let qlen or backlog fall below 0, which tc shows as nearly 4 G.</summary>
    [Fact]
    public void AQueueBelowZeroIsAbsentAndCounted()
    {
        _qdiscs = [Qdisc(2, "pfifo", qlen: -1, backlog: -1514, drops: 3)];
        Assert.Equal(Outcome.Partial, _source.Read().Outcome);
        Assert.Equal(((long?)null, (long?)null), (Value("queue_packets", "eth0", "pfifo"), Value("queue_bytes", "eth0", "pfifo")));
        Assert.Equal(3, Value("dropped_total", "eth0", "pfifo"));
        Assert.Equal(2, _source.Malformed);
    }

    [Fact]
    public void AU32ThatWrapsGoesOn()
    {
        _qdiscs = [Qdisc(2, "pfifo", drops: -2)];
        _source.Read();
        _qdiscs = [Qdisc(2, "pfifo", drops: 3)];
        _source.Read();
        Assert.Equal((1L << 32) + 3, Value("dropped_total", "eth0", "pfifo"));

        // Another discipline in its place begins anew.
        _qdiscs = [Qdisc(2, "bfifo", drops: 1)];
        _source.Read();
        Assert.Equal(1, Value("dropped_total", "eth0", "bfifo"));
    }

    [Fact]
    public void ADeviceThatWasRenamedOrIsNewHasItsName()
    {
        _qdiscs = [Qdisc(2, "pfifo")];
        _source.Read();
        _links[9] = "tun0";
        _qdiscs = [Qdisc(2, "pfifo"), Qdisc(9, "pfifo")];
        _source.Read(new Tick(1, 1, IsSlow: false));
        Assert.Equal(["device=\"eth0\",kind=\"pfifo\"", "device=\"tun0\",kind=\"pfifo\""], _source.Tables[0].Keys());
        _links[2] = "wan0";
        _source.Read();
        Assert.Equal(["device=\"wan0\",kind=\"pfifo\"", "device=\"tun0\",kind=\"pfifo\""], _source.Tables[0].Keys());
    }

    [Fact]
    public void AFailureWithdrawsAndAPlainFolderHasNone()
    {
        _qdiscs = [Qdisc(2, "pfifo")];
        _source.Read();
        _errno = 1;
        Assert.Equal(Outcome.Failed, _source.Read().Outcome);
        Assert.Empty(_source.Tables[0].Keys());

        // No CONFIG_NET_SCHED: there are no disciplines, which is no failure.
        _errno = 95;
        Assert.Equal(Outcome.Absent, _source.Read().Outcome);
        using var absent = new Qdiscs(null, null);
        Assert.Equal(Outcome.Absent, absent.Read().Outcome);
    }
}
