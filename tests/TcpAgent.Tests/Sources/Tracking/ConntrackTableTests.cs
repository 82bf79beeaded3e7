using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>The source that samples the connection tracking table, when it is switched on.</summary>
public sealed class ConntrackTableTests : IDisposable
{
    const byte Tcp = 6, Established = 3;
    const uint SeenReply = 2, Assured = 4;

    readonly TempRoot _root = new();
    readonly ManualTime _time = new();
    readonly Conntrack _conntrack;
    readonly ConntrackTable _source;
    readonly List<ReplayTransport> _opened = [];
    IReadOnlyList<byte[]> _entries = [];
    int _errno;
    int _ticks;

    public ConntrackTableTests()
    {
        _conntrack = new Conntrack(_root.Kernel);
        _source = new ConntrackTable(
            new NetlinkDump(Open), _conntrack, SamplingOptions.Default with { WalkBudget = SamplingOptions.Unlimited }, _time);
    }

    public void Dispose()
    {
        _source.Dispose();
        _conntrack.Dispose();
        _root.Dispose();
    }

    (int, INetlinkTransport) Open()
    {
        _opened.Add(new ReplayTransport(request =>
        {
            var sequence = ReplayTransport.SequenceOf(request);
            return _errno != 0
                ? [Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-_errno), flags: 0))]
                : [.. _entries.Chunk(100).Select(some => Answer.Of([.. some.Select(one => Message(Ctnetlink.NewEntry, sequence, one))])),
                    Answer.Of(Done(sequence))];
        }));
        return (0, _opened[^1]);
    }

    /// <summary>A tick of the slow lane, ten seconds after the one before. Without a count the kernel tracks nothing.</summary>
    ReadStatus Tick(int? count)
    {
        const string Count = "sys/net/netfilter/nf_conntrack_count";
        _root.Write(Count, $"{count}\n");
        if (count is null)
            _root.Delete(Count);
        _time.Advance(TimeSpan.FromSeconds(10));
        var tick = new Tick(_ticks++, _time.GetTimestamp(), IsSlow: true);
        _conntrack.Read(tick);
        return _source.Read(tick);
    }

    void Shows(string protocol, string state = "", Expected entries = default, Expected unreplied = default, Expected assured = default)
    {
        var labels = $"protocol=\"{protocol}\",state=\"{state}\"";
        new Facts(labels)
            .Is(entries, _source.Value("tcpagent_conntrack_table_entries", labels))
            .Is(unreplied, _source.Value("tcpagent_conntrack_table_unreplied_entries", labels))
            .Is(assured, _source.Value("tcpagent_conntrack_table_assured_entries", labels))
            .Verify();
    }

    [Fact]
    public void ProtocolsAndStatesAreExported()
    {
        _entries =
        [
            Tracked("10.0.0.1", "10.0.0.10"), Tracked("10.0.0.2", "10.0.0.10"),
            Tracked("10.0.0.1", "10.0.0.10", Tcp, 443, SeenReply | Assured, Established),
        ];
        Assert.Equal(ReadStatus.Ok, Tick(3));
        Shows("udp", entries: 2, unreplied: 2, assured: 0);
        Shows("tcp", "established", entries: 1, unreplied: 0, assured: 1);
        Shows("tcp", entries: Expected.Absent);
        Assert.Equal(3, _source.Value("tcpagent_conntrack_table_sampled_entries"));
    }

    [Fact]
    public void ALargeTableIsEstimated()
    {
        _entries = [.. TrackedRig.Requests(TrackedSample.MostEntries + 1)];
        Tick(1_000_000);
        Shows("udp", entries: 1_000_000);
        Assert.Equal(TrackedSample.MostEntries, _source.Value("tcpagent_conntrack_table_sampled_entries"));
    }

    [Fact]
    public void AProtocolThatIsNoLongerSeenIsZero()
    {
        _entries = [Tracked("10.0.0.1", "10.0.0.10")];
        Tick(1);
        _entries = [Tracked("10.0.0.1", "10.0.0.10", protocol: 1, port: 0)];
        Tick(1);
        Shows("udp", entries: 0);
        Shows("icmp", entries: 1);
    }

    /// <summary>By design, as for every source that needs what the unit does not grant.</summary>
    [Fact]
    public void WithoutThePrivilegeItIsDenied()
    {
        _errno = Libc.EPERM;
        Tick(3).Shows(Outcome.Denied, errno: Libc.EPERM, file: "ctnetlink");
        Assert.Null(_source.Value("tcpagent_conntrack_table_sampled_entries"));
    }

    [Fact]
    public void AfterAFailureNothingOldIsShown()
    {
        _entries = [Tracked("10.0.0.1", "10.0.0.10")];
        Tick(1);
        _errno = Libc.ENOBUFS;
        Tick(1).Shows(Outcome.Failed, errno: Libc.ENOBUFS);
        Shows("udp", entries: Expected.Absent);
    }

    /// <summary>The request alone would make the kernel load its modules.</summary>
    [Fact]
    public void WhereNothingIsTrackedTheKernelIsNotAsked()
    {
        Assert.Equal(ReadStatus.Absent, Tick(null));
        Assert.Empty(_opened);
    }

    [Fact]
    public void WhatIsTrackedNoLongerIsAbsent()
    {
        _entries = [Tracked("10.0.0.1", "10.0.0.10")];
        Tick(1);
        Assert.Equal(ReadStatus.Absent, Tick(null));
        Shows("udp", entries: Expected.Absent);
    }

    [Fact]
    public void WhatIsNotInTheKernelsFormatIsCounted()
    {
        _entries = [Tracked("10.0.0.1", "10.0.0.10"), [2, 0, 0, 0]];
        Tick(2).Shows(Outcome.Partial, line: 2);
        Assert.Equal(1, _source.Malformed);
        Shows("udp", entries: 1);
    }
}
