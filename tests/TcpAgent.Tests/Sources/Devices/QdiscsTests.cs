using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Support.Expected;
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

    /// <summary>What is exported of one root, in packets and in bytes.</summary>
    void Shows(
        string device, string kind, Expected queue = default, Expected queueBytes = default, Expected limit = default,
        Expected limitBytes = default, Expected dropped = default)
    {
        long? Of(string metric) => _source.Value($"tcpagent_qdisc_{metric}", $"device=\"{device}\",kind=\"{kind}\"");
        new Facts($"{device} {kind}").Is(queue, Of("queue_packets")).Is(queueBytes, Of("queue_bytes")).Is(limit, Of("limit_packets"))
            .Is(limitBytes, Of("limit_bytes")).Is(dropped, Of("dropped_total")).Verify();
    }

    bool DropsOnlyAtLimit(int instance) => _source.Tables[0].InstanceAt(instance) is QdiscInstance { DropsEarly: false };

    [Fact]
    public void RootsAreExportedAndTheirChildrenAreNot()
    {
        _qdiscs =
        [
            Qdisc(2, "pfifo_fast", handle: 0, qlen: 7, drops: 3), Qdisc(3, "htb", drops: 10),
            Qdisc(3, "fq_codel", handle: 0x20000, parent: 0x10001, drops: 9),
            Qdisc(1, "noqueue", handle: 0),
        ];
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(["device=\"eth0\",kind=\"pfifo_fast\"", "device=\"eth1\",kind=\"htb\""], _source.Tables[0].Keys());
        Shows("eth0", "pfifo_fast", queue: 7, limit: 500, dropped: 3);
        Shows("eth1", "htb", dropped: 10, limit: Absent);
        Assert.True(DropsOnlyAtLimit(0));
        Assert.False(DropsOnlyAtLimit(1));
    }

    [Fact]
    public void ManyQueuesDropAsTheDisciplinesBelowThemDo()
    {
        _qdiscs = [
            Qdisc(2, "mq"), Qdisc(2, "pfifo_fast", handle: 0, parent: 0x10001), Qdisc(3, "mq"),
            Qdisc(3, "fq_codel", handle: 0, parent: 0x10001)];
        _source.Read();
        Assert.True(DropsOnlyAtLimit(0));
        Assert.False(DropsOnlyAtLimit(1));
    }

    [Fact]
    public void AHookForFiltersDropsNothingEarly()
    {
        _qdiscs = [Qdisc(2, "mq"), Qdisc(2, "clsact", handle: unchecked((int)0xFFFF0000), parent: unchecked((int)0xFFFFFFF1))];
        _source.Read();
        Assert.True(DropsOnlyAtLimit(0));
    }

    [Fact]
    public void AChildThatIsGoneNoLongerCounts()
    {
        _qdiscs = [Qdisc(2, "htb"), Qdisc(2, "fq_codel", handle: 0x20000, parent: 0x10001)];
        _source.Read();
        Assert.False(DropsOnlyAtLimit(0));
        _qdiscs = [Qdisc(2, "htb"), Qdisc(2, "pfifo", handle: 0x30000, parent: 0x10001)];
        _source.Read();
        Assert.True(DropsOnlyAtLimit(0));
    }

    [Fact]
    public void ATokenBucketHasTheLimitOfTheDisciplineThatReplacesItsQueue()
    {
        byte[] tbf = Attribute(1, [.. new byte[24], .. Int32(3072), .. new byte[8]]);
        _qdiscs = [
            Qdisc(2, "tbf", options: tbf), Qdisc(3, "tbf", options: tbf),
            Qdisc(3, "fq_codel", handle: 0x20000, parent: 0x10001, options: Attribute(2, Int32(10240)))];
        _source.Read();
        Shows("eth0", "tbf", limit: Absent, limitBytes: 3072);
        Shows("eth1", "tbf", limit: 10240, limitBytes: Absent);
        Assert.True(DropsOnlyAtLimit(0));
        Assert.False(DropsOnlyAtLimit(1));
    }

    [Fact]
    public void ARootThatTheDumpListsTwiceIsOne()
    {
        _qdiscs = [Qdisc(2, "pfifo", drops: 1), Qdisc(3, "pfifo"), Qdisc(2, "pfifo", handle: 0x70000, drops: 2)];
        _source.Read();
        Assert.Equal(2, _source.Tables[0].Count);
        Shows("eth0", "pfifo", dropped: 1);
    }

    [Fact]
    public void BytesThatFallMeanAnotherDiscipline()
    {
        _qdiscs = [Qdisc(2, "pfifo", bytes: 1L << 50, drops: -2)];
        _source.Read();
        _qdiscs = [Qdisc(2, "pfifo", bytes: 1000, drops: 3)];
        _source.Read();
        Shows("eth0", "pfifo", dropped: 3);
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
        Shows("eth0", "pfifo", dropped: 3);
    }

    [Fact]
    public void AReadThatFailsIsNeitherAWrapNorAReset()
    {
        _qdiscs = [Qdisc(2, "pfifo", drops: -2)];
        _source.Read();
        _errno = 1;
        _source.Read();
        _errno = 0;
        _qdiscs = [Qdisc(2, "pfifo", drops: 3)];
        _source.Read();
        Shows("eth0", "pfifo", dropped: (1L << 32) + 3);
    }

    [Fact]
    public void RootsBeyondTheBoundAreCounted()
    {
        _qdiscs = [.. Enumerable.Range(10, 600).Select(index => Qdisc(index, "pfifo"))];
        foreach (var index in Enumerable.Range(10, 600))
            _links[index] = $"tun{index}";
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(600, _source.Tables[0].Count);
        Assert.Equal(600 - Devices.MaxDevices, _source.Value("tcpagent_qdiscs_omitted"));
        Assert.True(_source.Tables[0].IsHidden(599));

        // One that drops is exported before others.
        _qdiscs[599] = Qdisc(609, "pfifo", drops: 1);
        _source.Read();
        Assert.False(_source.Tables[0].IsHidden(599));
        Assert.True(_source.Tables[0].IsHidden(Devices.MaxDevices - 1));
    }

    /// <summary>In some disciplines qlen or backlog falls below 0, which tc shows as nearly 4 G.</summary>
    [Fact]
    public void AQueueBelowZeroIsAbsentAndCounted()
    {
        _qdiscs = [Qdisc(2, "pfifo", qlen: -1, backlog: -1514, drops: 3)];
        Assert.Equal(Outcome.Partial, _source.Read().Outcome);
        Shows("eth0", "pfifo", queue: Absent, queueBytes: Absent, dropped: 3);
        Assert.Equal(2, _source.Malformed);
    }

    [Fact]
    public void ACountThatWrapsGoesOnRising()
    {
        _qdiscs = [Qdisc(2, "pfifo", drops: -2)];
        _source.Read();
        _qdiscs = [Qdisc(2, "pfifo", drops: 3)];
        _source.Read();
        Shows("eth0", "pfifo", dropped: (1L << 32) + 3);
    }

    [Fact]
    public void AnotherDisciplineInItsPlaceCountsFromZero()
    {
        _qdiscs = [Qdisc(2, "pfifo", drops: 3)];
        _source.Read();
        _qdiscs = [Qdisc(2, "bfifo", drops: 1)];
        _source.Read();
        Shows("eth0", "bfifo", dropped: 1);
    }

    [Fact]
    public void ANewDeviceHasItsName()
    {
        _qdiscs = [Qdisc(2, "pfifo")];
        _source.Read();
        _links[9] = "tun0";
        _qdiscs = [Qdisc(2, "pfifo"), Qdisc(9, "pfifo")];
        _source.Read(new Tick(1, 1, IsSlow: false));
        Assert.Equal(["device=\"eth0\",kind=\"pfifo\"", "device=\"tun0\",kind=\"pfifo\""], _source.Tables[0].Keys());
    }

    [Fact]
    public void ADeviceThatWasRenamedHasItsNewName()
    {
        _links[9] = "tun0";
        _qdiscs = [Qdisc(2, "pfifo"), Qdisc(9, "pfifo")];
        _source.Read(new Tick(1, 1, IsSlow: true));
        _links[2] = "wan0";
        _source.Read();
        Assert.Equal(["device=\"wan0\",kind=\"pfifo\"", "device=\"tun0\",kind=\"pfifo\""], _source.Tables[0].Keys());
    }

    [Fact]
    public void AFailureWithdrawsTheRoots()
    {
        _qdiscs = [Qdisc(2, "pfifo")];
        _source.Read();
        _errno = 1;
        Assert.Equal(Outcome.Failed, _source.Read().Outcome);
        Assert.Empty(_source.Tables[0].Keys());
    }

    /// <summary>Without CONFIG_NET_SCHED.</summary>
    [Fact]
    public void AKernelWithoutDisciplinesIsNoFailure()
    {
        _errno = 95;
        Assert.Equal(Outcome.Absent, _source.Read().Outcome);
    }

    [Fact]
    public void APlainFolderHasNoDisciplines()
    {
        using var absent = new Qdiscs(null, null);
        Assert.Equal(Outcome.Absent, absent.Read().Outcome);
    }
}
