using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>A connection tracking table of the test's, and the sample that is taken of it.</summary>
sealed class TrackedRig
{
    const int PerDatagram = 100;

    internal TrackedRig(params IEnumerable<byte[]> entries)
    {
        Transport = new ReplayTransport(request => Answers(request, entries));
        Errno = Sample.Take(new NetlinkDump(() => (0, Transport)));
    }

    internal ReplayTransport Transport { get; }

    internal TrackedSample Sample { get; } = new(withAddresses: true);

    internal int Errno { get; }

    /// <summary>As many DNS requests without an answer, each from a source of its own.</summary>
    internal static IEnumerable<byte[]> Requests(int count) =>
        Enumerable.Range(0, count).Select(i => Tracked($"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}", "10.0.0.10"));

    /// <summary>The table whose size the kernel gave before and after the sample was taken.</summary>
    internal TrackedTable Table(long before, long? after = null) => new(Sample) { EntriesBefore = before, Entries = after ?? before };

    static IEnumerable<Answer> Answers(byte[] request, IEnumerable<byte[]> entries)
    {
        var sequence = ReplayTransport.SequenceOf(request);
        foreach (var some in entries.Chunk(PerDatagram))
            yield return Answer.Of([.. some.Select(entry => Message(Ctnetlink.NewEntry, sequence, entry))]);
        yield return Answer.Of(Done(sequence));
    }
}
