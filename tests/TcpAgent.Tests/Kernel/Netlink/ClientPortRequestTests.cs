using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Tests.Kernel.Netlink;

/// <summary>The kernel must take the filter, and accept exactly the connections that the agent believes to be in the two windows.</summary>
public sealed class ClientPortRequestTests
{
    static ClientPorts Ports(int first, int last, params ushort[] listening)
    {
        var ports = new ClientPorts();
        ports.Begin((ushort)first, (ushort)last);
        foreach (var port in listening)
            ports.AddListening(port);
        return ports;
    }

    public static TheoryData<int, int, ushort[], int> Hosts => new()
    {
        { 32768, 60999, [], 1 },
        { 32768, 60999, [], 64 },
        { 32768, 60999, [33060, 50000], 4 },
        { 1024, 65535, [1024, 8080, 65535], 128 },
        { 50000, 50003, [50001], 16 },
        { 32768, 60999, [.. Enumerable.Range(40000, ClientPorts.MaxListening + 8).Select(port => (ushort)port)], 8 },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public void TheKernelSelectsWhatTheWindowsContain(int first, int last, ushort[] listening, int parts)
    {
        var ports = Ports(first, last, listening);
        var request = new ClientPortRequest();
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            var one = round == 0 ? PortWindow.None : PortWindow.Part(random.Next(parts), parts, ports);
            var other = PortWindow.Part(random.Next(parts), parts, ports);
            var code = SocketFilter.CodeOf(request.Write(ports, one, other));
            Assert.True(SocketFilter.IsValid(code));
            foreach (var (local, remote) in Pairs(random, ports, one, other))
                Assert.Equal(
                    one.Contains(local, remote, ports) || other.Contains(local, remote, ports), SocketFilter.Accepts(code, local, remote));
        }
    }

    /// <summary>Random ports, and those at every edge.</summary>
    static IEnumerable<(ushort Local, ushort Remote)> Pairs(Random random, ClientPorts ports, PortWindow one, PortWindow other)
    {
        int[] edges =
        [
            ports.First, ports.Last, one.FirstLocal, one.LastLocal, other.FirstLocal, other.LastLocal, one.FirstRemote, one.LastRemote,
            other.FirstRemote, other.LastRemote, .. ports.Listening.ToArray().Select(port => (int)port), 1, 443, ushort.MaxValue,
        ];
        int[] near = [.. edges.SelectMany(edge => (int[])[edge - 1, edge, edge + 1]).Where(port => port is > 0 and < 65536).Distinct()];
        foreach (var local in near)
            foreach (var remote in near)
                yield return ((ushort)local, (ushort)remote);
        for (var i = 0; i < 500; i++)
            yield return ((ushort)random.Next(1, 65536), (ushort)random.Next(1, 65536));
    }

    [Fact]
    public void PartsCoverEachClientPortOnce()
    {
        var ports = Ports(32768, 60999, 40000);
        foreach (var parts in (int[])[1, 2, 1024, 16384])
        {
            PortWindow[] windows = [.. Enumerable.Range(0, parts).Select(part => PortWindow.Part(part, parts, ports))];
            Assert.Equal(60999 - 32768 + 1, windows.Sum(one => one.LastLocal - one.FirstLocal + 1));
            Assert.Equal(65535, windows.Sum(one => one.LastRemote - one.FirstRemote + 1));
            Assert.All(
                windows.Zip(windows.Skip(1)),
                pair => Assert.Equal(
                    (pair.First.LastLocal + 1, pair.First.LastRemote + 1), (pair.Second.FirstLocal, pair.Second.FirstRemote)));
        }
    }

    [Fact]
    public void TheRequestIsForEstablishedConnectionsWithTheFiguresOfTcp()
    {
        var request = new ClientPortRequest().Write(Ports(32768, 60999), PortWindow.None, PortWindow.None);
        var body = request.AsSpan(16);
        Assert.Equal(request.Length, MemoryMarshal.Read<int>(request));
        Assert.Equal((18, 2), (ReplayTransport.TypeOf(request), body[3]));
        Assert.Equal(1u << 1, MemoryMarshal.Read<uint>(body[52..]));
        Assert.Equal((request.Length - 16 - 60, 1), (MemoryMarshal.Read<ushort>(body[60..]), MemoryMarshal.Read<ushort>(body[62..])));
    }

    [Fact]
    public void TheSameArrayServesUntilTheNumberOfListenersChanges()
    {
        var request = new ClientPortRequest();
        var first = request.Write(Ports(32768, 60999, 40000), PortWindow.None, PortWindow.None);
        Assert.Same(first, request.Write(Ports(32768, 60999, 50000), PortWindow.None, PortWindow.None));
        Assert.NotSame(first, request.Write(Ports(32768, 60999), PortWindow.None, PortWindow.None));
    }

    [Fact]
    public void AListenerOutsideTheRangeNeedsNoInstruction()
    {
        var ports = Ports(32768, 60999, 443, 40000, 40000);
        Assert.Equal([40000], ports.Listening.ToArray());
        Assert.True(ports.IsRemote(443) && ports.IsRemote(40000) && ports.IsRemote(61000));
        Assert.False(ports.IsRemote(32768) || ports.IsRemote(60999));
    }
}
