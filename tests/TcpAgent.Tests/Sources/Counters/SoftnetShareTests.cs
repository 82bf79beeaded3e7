using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>What each CPU did lately, by which CPUs are compared.</summary>
public sealed class SoftnetShareTests : IDisposable
{
    readonly TempRoot _root = new();
    readonly Softnet _source;

    public SoftnetShareTests() => _source = new Softnet(_root.Kernel);

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    void Read(uint first, uint second)
    {
        _root.Write("net/softnet_stat", $"{first:x8} 0 0 0 0 0 0 0 0 0 0 0 0\n{second:x8} 0 0 0 0 0 0 0 0 0 0 0 1\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
    }

    void Shows(long first, long second)
    {
        long? Of(string cpu) => _source.Value("tcpagent_softnet_recent_packets", cpu);
        new Facts("recent packets").Is(first, Of("cpu=\"0\"")).Is(second, Of("cpu=\"1\"")).Verify();
    }

    [Fact]
    public void RecentPacketsAreThoseOfEachCpuSinceTheFirstSample()
    {
        Read(1_000_000, 50);
        Shows(0, 0);
        Read(1_000_900, 150);
        Shows(900, 100);
        Read(1_000_900, 150);
        Shows(900, 100);
    }
}
