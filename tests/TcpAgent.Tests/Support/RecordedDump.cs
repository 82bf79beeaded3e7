using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Tests.Support;

/// <summary>A dump of a real kernel, from tests/fixtures-netlink; it may be damaged before it is replayed.</summary>
sealed class RecordedDump
{
    internal RecordedDump(string name)
    {
        var bytes = File.ReadAllBytes(Repo.Path("tests", "fixtures-netlink", name)).AsSpan();
        while (!bytes.IsEmpty)
        {
            var length = MemoryMarshal.Read<int>(bytes);
            Datagrams.Add(bytes.Slice(4, length).ToArray());
            bytes = bytes[(4 + length)..];
        }
    }

    internal List<byte[]> Datagrams { get; } = [];

    internal int Requests { get; private set; }

    internal NetlinkDump Dump => new(() => (0, new ReplayTransport(Answers)));

    /// <summary>Where each message of a datagram begins.</summary>
    internal static IEnumerable<int> Messages(byte[] datagram)
    {
        for (var at = 0; at + NetlinkMessage.HeaderLength <= datagram.Length;
            at += NetlinkMessage.Align(MemoryMarshal.Read<int>(datagram.AsSpan(at))))
            yield return at;
    }

    /// <summary>All recorded datagrams, as the answer to this request.</summary>
    IEnumerable<Answer> Answers(byte[] request)
    {
        Requests++;
        foreach (var datagram in Datagrams)
        {
            var answer = datagram.ToArray();
            foreach (var message in Messages(datagram))
                request.AsSpan(8, 4).CopyTo(answer.AsSpan(message + 8));
            yield return Answer.Of(answer);
        }
    }
}
