using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>Hooks of tc filters, which the dump shows among the disciplines.</summary>
public sealed class IngressHooksTests : IDisposable
{
    const ushort RTM_GETLINK = 18;

    readonly Qdiscs _source;
    byte[][] _qdiscs = [];

    public IngressHooksTests() => _source = new Qdiscs(
        new NetlinkDump(() => (0, new ReplayTransport(Answers))),
        new LinkNames(new NetlinkDump(() => (0, new ReplayTransport(Answers))), () => new ReplayTransport(_ => [])));

    public void Dispose() => _source.Dispose();

    IEnumerable<Answer> Answers(byte[] request)
    {
        var sequence = ReplayTransport.SequenceOf(request);
        var messages = ReplayTransport.TypeOf(request) == RTM_GETLINK
            ? Enumerable.Range(1, 600).Select(index => Message(RTM_NEWLINK, sequence, NewLink(index, $"eth{index}")))
            : _qdiscs.Select(qdisc => Message(RTM_NEWQDISC, sequence, qdisc));
        return [.. messages.Chunk(20).Select(part => Answer.Of(part)), Answer.Of(Done(sequence))];
    }

    static byte[] Hook(int index, int drops, long packets = 0, string kind = "clsact") =>
        Qdisc(
            index, kind, handle: unchecked((int)0xFFFF0000), parent: unchecked((int)0xFFFFFFF1), bytes: packets * 60, packets: packets,
            drops: drops);

    Table Hooks => _source[IngressHooks.Rows];

    (string, long, long)[] All => [.. Enumerable.Range(0, Hooks.Count)
        .Select(i => (Hooks.InstanceAt(i).Subject, Hooks[i][IngressHooks.Packets], Hooks[i][IngressHooks.Dropped]))];

    [Fact]
    public void DropsOfAHookAreNoDropsOfADiscipline()
    {
        _qdiscs = [Qdisc(2, "fq_codel", drops: 3), Hook(2, drops: -2, packets: 100), Hook(3, drops: 5, packets: 10, kind: "ingress")];
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal([("eth2", 100, (1L << 32) - 2), ("eth3", 10, 5)], All);
        Assert.Equal(["device=\"eth2\",kind=\"fq_codel\""], _source.Tables[0].Keys());
        Assert.Equal(3, _source.Value("tcpagent_qdisc_dropped_total", "device=\"eth2\",kind=\"fq_codel\""));
        _qdiscs = [Qdisc(2, "fq_codel", drops: 3), Hook(2, drops: 7, packets: 200)];
        _source.Read();
        Assert.Equal([("eth2", 200, (1L << 32) + 7)], All);
    }

    [Fact]
    public void AHookThatTheDumpListsTwiceIsOne()
    {
        _qdiscs = [Hook(2, drops: -2, packets: 50), Hook(2, drops: 9, packets: 60)];
        _source.Read();
        Assert.Equal([("eth2", 50, (1L << 32) - 2)], All);
    }

    [Fact]
    public void AnotherHookInItsPlaceCountsFromZero()
    {
        _qdiscs = [Hook(2, drops: -2, packets: 50)];
        _source.Read();
        _qdiscs = [Hook(2, drops: 1, packets: 2)];
        _source.Read();
        Assert.Equal([("eth2", 2, 1)], All);
    }

    [Fact]
    public void HooksAreJudgedButNotExportedSoNoneIsOmitted()
    {
        _qdiscs = [.. Enumerable.Range(1, 600).Select(index => Hook(index, drops: 1))];
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(600, Hooks.Count);
        Assert.Equal(0, _source.Value("tcpagent_qdiscs_omitted"));
    }
}
