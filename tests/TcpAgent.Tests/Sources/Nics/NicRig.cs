using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Resources;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.System;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>Network cards, over a kernel, drivers and a clock of the test's, up to the verdict.</summary>
sealed class NicRig : IDisposable
{
    const ushort Controller = 16, EthtoolFamily = 20, NetdevFamily = 33;

    readonly Dictionary<int, (string Name, string? Kind)> _links = [];
    readonly Dictionary<(string What, int Index), byte[]> _answers = [];
    readonly List<ReplayTransport> _listeners = [];
    readonly Sampler _sampler;

    /// <param name="walkBudget">By default so large that each sample looks: the first compiles its code, and the next would wait.</param>
    internal NicRig(double walkBudget = 10)
    {
        var options = SamplingOptions.Default with { WalkBudget = walkBudget };
        var links = new LinkNames(new NetlinkDump(() => (0, new ReplayTransport(Links))), Listen);
        Reader = new NicReader(
            new NetlinkDump(() =>
            {
                Opened++;
                return OpenErrno != 0 ? (OpenErrno, null) : (0, new ReplayTransport(Generic));
            })
            { StaysOpen = true },
            Driver);
        Source = new Nics(Reader, links, options, Time);
        Monitor = new ResourceMonitor([Source], options, Time);
        _sampler = new Sampler(
            [Source, Monitor], new AgentMetrics("0", "test"), options, Time,
            NullLogger.Instance, () => 0);
    }

    internal NicReader Reader { get; }

    internal Nics Source { get; }

    internal ResourceMonitor Monitor { get; }

    internal FakeDriver Driver { get; } = new();

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    /// <summary>What netlink was asked, such as "rings 2"; the families by their names.</summary>
    internal List<string> Asked { get; } = [];

    internal int Opened { get; private set; }

    internal int OpenErrno { get; set; }

    /// <summary>Families that the kernel lacks.</summary>
    internal List<string> Lacks { get; } = [];

    /// <summary>Adds a device, and announces it. A device of a driver has no kind.</summary>
    internal void Link(int index, string name, string? kind = null)
    {
        _links[index] = (name, kind);
        Announce(index, name);
    }

    internal void Unlink(int index)
    {
        Announce(index, _links[index].Name);
        _links.Remove(index);
    }

    void Announce(int index, string name)
    {
        foreach (var listener in _listeners)
            listener.Enqueue(Answer.Of(Message(RTM_NEWLINK, 0, NewLink(index, name))));
    }

    /// <summary>ETHTOOL_A_RINGS_RX_MAX 2, _TX_MAX 5, _RX 6 and _TX 9.</summary>
    internal void Rings(int index, uint rx, uint rxMax, uint tx, uint txMax) => _answers[("rings", index)] =
        [.. U32(2, rxMax), .. U32(5, txMax), .. U32(6, rx), .. U32(9, tx), .. U32(10, 4096)];

    /// <summary>ETHTOOL_A_CHANNELS_COMBINED_MAX 5 and _COMBINED_COUNT 9, as the kernel answers for a card without others.</summary>
    internal void Channels(int index, uint combined, uint most) => _answers[("channels", index)] = [.. U32(5, most), .. U32(9, combined)];

    /// <summary>Attributes of qstats: 12 rx-alloc-fail, 13 rx-hw-drops, 14 rx-hw-drop-overruns, 24 tx-hw-drops, 33 tx-stop.</summary>
    internal void Queues(int index, params (ushort Attribute, ulong Value)[] values) => _answers[("queues", index)] =
        [.. Attribute(1, Int32(index)), .. values.SelectMany(one => Attribute(one.Attribute, BitConverter.GetBytes(one.Value)))];

    /// <summary>Any attributes, or with an empty array none.</summary>
    internal void Raw(string what, int index, byte[] attributes) => _answers[(what, index)] = attributes;

    /// <summary>An error in place of an answer.</summary>
    internal Dictionary<(string What, int Index), int> Errnos { get; } = [];

    static byte[] U32(ushort attribute, uint value) => Attribute(attribute, BitConverter.GetBytes(value));

    ReplayTransport Listen()
    {
        _listeners.Add(new ReplayTransport(_ => []));
        return _listeners[^1];
    }

    IEnumerable<Answer> Links(byte[] request)
    {
        var sequence = ReplayTransport.SequenceOf(request);
        foreach (var (index, (name, kind)) in _links)
            yield return Answer.Of(Message(RTM_NEWLINK, sequence, [.. NewLink(index, name), .. InfoKind(kind)]));
        yield return Answer.Of(Done(sequence));
    }

    IEnumerable<Answer> Generic(byte[] request)
    {
        var (type, sequence, command) = (ReplayTransport.TypeOf(request), ReplayTransport.SequenceOf(request), request[16]);
        if (type == Controller)
            return [Family(request, sequence)];

        // The header of ethtool is nested (0x8001), with ETHTOOL_A_HEADER_DEV_INDEX (1); netdev has the index itself.
        var isNested = MemoryMarshal.Read<ushort>(request.AsSpan(16 + 4 + 2)) == 0x8001;
        Assert.Equal(type == EthtoolFamily, isNested);
        var index = MemoryMarshal.Read<int>(request.AsSpan(16 + 4 + 4 + (isNested ? 4 : 0)));
        var (what, reply) = (type, command) switch
        {
            (EthtoolFamily, 15) => ("rings", 16),
            (EthtoolFamily, 17) => ("channels", 18),
            (NetdevFamily, 12) => ("queues", 12),
            _ => throw new InvalidOperationException($"{type} {command}"),
        };
        Asked.Add($"{what} {index}");
        if (Errnos.TryGetValue((what, index), out var errno) || !_answers.TryGetValue((what, index), out var attributes))
            return [Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-(errno == 0 ? Libc.EOPNOTSUPP : errno))))];
        var message = Message(type, sequence, [(byte)reply, 1, 0, 0, .. attributes]);
        return what == "queues" ? [Answer.Of(message), Answer.Of(Done(sequence))] : [Answer.Of(message)];
    }

    Answer Family(byte[] request, uint sequence)
    {
        var name = Encoding.ASCII.GetString(request.AsSpan(16 + 4 + 4)).TrimEnd('\0');
        Asked.Add(name);
        return Answer.Of(Lacks.Contains(name)
            ? Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-Libc.ENOENT))
            : Message(Controller, sequence, [1, 2, 0, 0, .. Attribute(1, [(byte)(name == "ethtool" ? EthtoolFamily : NetdevFamily), 0])]));
    }

    /// <summary>One sample, a second after the last one. A look on its own thread is awaited, and taken at a sample of its own.</summary>
    internal ReadStatus Tick(double seconds = 1)
    {
        Time.Now += (long)(seconds * ManualTime.Second);
        _sampler.Take();
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (Source.IsLooking)
        {
            Assert.True(DateTime.UtcNow < deadline, "a look does not end");
            Thread.Sleep(1);
            _sampler.Take();
        }
        return _sampler.Sources[0].Status;
    }

    /// <summary>One value of a card; null when it is absent.</summary>
    internal long? Value(string metric, string device = "eth0") => Source.Value($"tcpagent_{metric}", $"device=\"{device}\"");

    internal HostVerdict Judge() => ResourceRig.Judge(_sampler.Snapshots);

    internal ResourceReport Report(string resource) => Judge().Resources.Single(report => report.Resource.Name == resource);

    internal string[] Devices => Source[NicRows.Rows].Keys();

    public void Dispose() => _sampler.Dispose();
}
