using TcpAgent.Tests.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>What is said about connections: each on its condition, and nothing about a healthy one that looks like it.</summary>
public sealed class ConnectionWordsTests : IDisposable
{
    const long Second = 1_000_000;

    readonly ConnectionRig _rig = new();

    public void Dispose() => _rig.Dispose();

    static readonly FakeConnection s_listener = new("0.0.0.0", 443, "0.0.0.0", 0) { IsListener = true, Cookie = 99 };

    static FakeConnection Incoming { get; } = new("10.0.0.1", 443, "10.0.0.9", 40_000) { Cookie = 1 };

    static FakeConnection Outgoing { get; } = new("10.0.0.1", 41_000, "10.0.0.2", 5432) { Cookie = 2 };

    /// <summary>What is said after the kernel's figures of some connections rose from 0 within five seconds.</summary>
    HostVerdict Say(params FakeConnection[] now)
    {
        _rig.Set([s_listener, .. now.Select(one => one with
        {
            Busy = 0, Receiver = 0, SendBuffer = 0, Sent = 0, Retransmitted = 0, Spurious = 0, Received = 0,
        })]);
        _rig.Tick();
        _rig.Set([s_listener, .. now]);
        _rig.Tick();
        return _rig.Judge();
    }

    string? Line(params FakeConnection[] now) => Say(now).Connections.Lines.SingleOrDefault();

    string? Find(string id, params FakeConnection[] now) =>
        Say(now).Findings.Where(finding => finding.Id == id).Select(finding => finding.Text).SingleOrDefault();

    [Fact]
    public void APeerThatDoesNotReadIsNamed()
    {
        var stuck = Outgoing with { Busy = 5 * Second, Receiver = 5 * Second };
        Assert.Equal("1 connection to 10.0.0.2:5432: the peer limits 100 % of the busy time: its application does not read", Line(stuck));
    }

    [Fact]
    public void APeerThatReadsSlowlyIsNoStuckOne() =>
        Assert.EndsWith("its application reads too slowly, or its receive buffer is small", Line(
            Outgoing with { Busy = 5 * Second, Receiver = 3 * Second, Sent = 1_000_000 }), StringComparison.Ordinal);

    [Theory]
    [InlineData(0.2, 0, 0, 1_000)] // mostly idle
    [InlineData(5, 0, 0, 1_000)] // as fast as the network allows
    [InlineData(5, 2, 0, 1_000)] // a reader that is a little slower
    [InlineData(5, 0, 0.5, 1_000)] // a send buffer that is full now and then
    [InlineData(5, 0, 0, 15_000)] // a short queue
    public void AHealthyConnectionIsNotMentioned(double busy, double receiver, double sendBuffer, uint roundTrip)
    {
        var verdict = Say(Outgoing with
        {
            Busy = (long)(busy * Second),
            Receiver = (long)(receiver * Second),
            SendBuffer = (long)(sendBuffer * Second),
            Sent = 100_000_000,
            Retransmitted = 1_000_000,
            RoundTrip = roundTrip,
        });
        Assert.Empty(verdict.Connections.Lines);
        Assert.DoesNotContain(
            verdict.Findings, finding => finding.Id is "path_loss" or "local_loss" or "send_buffer_limits" or "reader_stuck");
        Assert.Single(verdict.Connections.Groups);
    }

    [Fact]
    public void DataInQueuesIsTheRoundTripAboveTheLowest() =>
        Assert.Equal("1 connection to 10.0.0.2:5432: data waits in queues on the path: round trip 120 ms, 2.0 ms without", Line(
            Outgoing with { Busy = 5 * Second, Sent = 9_000_000, RoundTrip = 120_000, LowestRoundTrip = 2_000 }));

    [Fact]
    public void ABackendThatAnswersSlowlyIsNoQueue() =>
        Assert.Null(Line(Outgoing with { Busy = 5 * Second, Sent = 50_000, RoundTrip = 40_000, LowestRoundTrip = 500 }));

    [Fact]
    public void ALongPathIsNoQueue() =>
        Assert.Null(Line(Outgoing with { Busy = 5 * Second, Sent = 9_000_000, RoundTrip = 180_000, LowestRoundTrip = 160_000 }));

    [Fact]
    public void LossWithoutALocalDropIsOnThePath()
    {
        var lossy = Incoming with { Busy = 5 * Second, Sent = 4_000_000, Retransmitted = 120_000 };
        Assert.Equal("1 connection of 0.0.0.0:443: 3 % of the bytes sent again (on the path or at the peer)", Line(lossy));
        Assert.Contains(
            "3 % of the bytes sent again, and no queue, rule or device of this host dropped them", Find("path_loss", lossy),
            StringComparison.Ordinal);
        Assert.Null(Find("local_loss", lossy));
    }

    [Theory]
    [InlineData(1_000_000, 19_000)] // a little loss on any network
    [InlineData(10_000, 5_000)] // a few segments
    public void LittleLossIsNotMentioned(long sent, long retransmitted) =>
        Assert.Null(Find("path_loss", Outgoing with { Busy = 5 * Second, Sent = sent, Retransmitted = retransmitted }));

    [Fact]
    public void AFullSendBufferIsSaidWithWhatThePathTakes()
    {
        var text = Find("send_buffer_limits", Outgoing with
        {
            Busy = 5 * Second,
            SendBuffer = 2 * Second,
            Sent = 400_000,
            RoundTrip = 40_000,
            LowestRoundTrip = 38_000,
            DeliveryRate = 1_000_000,
        });
        Assert.StartsWith("1 connection to 10.0.0.2:5432: the send buffer is full 40 % of the time", text, StringComparison.Ordinal);
        Assert.Contains("takes 39.1 KiB", text, StringComparison.Ordinal);
        Assert.Contains("SO_SNDBUF", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AReaderOfThisHostThatIsStuckIsNamedThoughItWasStuckBefore()
    {
        var text = Find("reader_stuck", Incoming with { Unread = 200_000, Window = 0, Quiet = 5_000 });
        Assert.StartsWith("1 connection of 0.0.0.0:443: the application does not read 1 of them.", text, StringComparison.Ordinal);
        Assert.Contains("195 KiB", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200_000, 65_535, 0, 9_000)] // an idle consumer, whose window is open
    [InlineData(200_000, 0, 5_000, 9_000)] // it reads, slowly
    [InlineData(200_000, 0, 0, 4_000)] // it reads now and then
    [InlineData(0, 0, 0, 9_000)]
    public void AReaderThatReadsOrNeedNotIsNotStuck(uint unread, uint window, long received, uint quiet) =>
        Assert.Null(Find("reader_stuck", Incoming with { Unread = unread, Window = window, Received = received, Quiet = quiet }));

    [Fact]
    public void AFewStuckReadersOfManyAreNoFinding()
    {
        FakeConnection[] many = [.. Enumerable.Range(0, 100).Select(i => Incoming with
        {
            Cookie = (ulong)i + 10, RemotePort = (ushort)(40_000 + i), Unread = i < 2 ? 100_000u : 0, Window = i < 2 ? 0u : 65_535,
            Quiet = 9_000,
        })];
        Assert.Null(Find("reader_stuck", many));
    }

    [Fact]
    public void DestinationsThatNeedASecondSynAreSaid()
    {
        FakeConnection[] many = [.. Enumerable.Range(0, 40).Select(i => Outgoing with
        {
            Cookie = (ulong)i + 10, LocalPort = (ushort)(40_000 + i), Retransmissions = i < 10 ? 1u : 0,
        })];
        Assert.Equal("40 connections to 10.0.0.2:5432: 10 had to send their SYN again", Line(many));
    }

    [Fact]
    public void AFewSynsSentAgainAreNotMentioned()
    {
        FakeConnection[] many = [.. Enumerable.Range(0, 40).Select(i => Outgoing with
        {
            Cookie = (ulong)i + 10, LocalPort = (ushort)(40_000 + i), Retransmissions = i < 4 ? 1u : 0,
        })];
        Assert.Null(Line(many));
    }

    [Fact]
    public void AtMostFiveLinesAreSaid()
    {
        FakeConnection[] many = [.. Enumerable.Range(0, 9).Select(i => Outgoing with
        {
            Cookie = (ulong)i + 10, LocalPort = (ushort)(40_000 + i), Remote = $"10.0.1.{i + 1}", Busy = 5 * Second, Receiver = 5 * Second,
        })];
        Assert.Equal(5, Say(many).Connections.Lines.Count);
    }

    [Fact]
    public void TheDocumentIsReadBackAsItWasWritten()
    {
        var verdict = Say(
            Outgoing with
            {
                Busy = 5 * Second,
                Receiver = 4 * Second,
                Sent = 1_000_000,
                Retransmitted = 50_000,
                DeliveryRate = 7_000,
                Retransmissions = 3,
            },
            Incoming with { Unread = 200_000, Window = 0, Quiet = 9_000 });
        var read = VerdictReader.TryRead(VerdictJson.Write(verdict))!;
        Assert.Equal(verdict.Connections.Lines, read.Connections.Lines);
        Assert.Equal(VerdictJson.Write(verdict), VerdictJson.Write(read));
    }
}
