using TcpAgent.Sources;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

public sealed class NeighboursTests : IDisposable
{
    const string Arp = "net/stat/arp_cache", Nd = "net/stat/ndisc_cache", Routes = "net/rt6_stats";
    const string Header = "entries  allocs   destroys res_failed forced_gc_runs unresolved_discards table_fulls\n";

    readonly TempRoot _root = new();
    readonly Neighbours _source;

    public NeighboursTests() => _source = new Neighbours(_root.Kernel);

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    void Shows(
        string family, Expected entries = default, Expected tableFulls = default, Expected unresolvedDiscards = default)
    {
        long? Of(string metric) => _source.Value($"tcpagent_neighbour_{metric}", $"family=\"{family}\"");
        new Facts(family).Is(entries, Of("entries")).Is(tableFulls, Of("table_fulls_total"))
            .Is(unresolvedDiscards, Of("unresolved_discards_total")).Verify();
    }

    [Fact]
    public void EntriesAreTheSameOnEachLineAndTheRestIsSummed()
    {
        _root.Write(Arp, Header + "00000400 1 2 3 4 5 0000004c\n00000400 1 2 3 4 5 00000004\n");
        _root.Write(Nd, Header + "00000007 1 2 3 4 5 00000001\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows("ipv4", entries: 1024, tableFulls: 80, unresolvedDiscards: 10);
        Shows("ipv6", entries: 7, tableFulls: 1);
    }

    [Fact]
    public void AnOldKernelHasNoTableFulls()
    {
        _root.Write(Arp, "entries  allocs\n00000004 00000009\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows("ipv4", entries: 4, tableFulls: Absent);
    }

    [Theory]
    [InlineData("0009 0006 0011 0007 0000 00ff 0000\n", 255L)]
    [InlineData("0009 0006 0011 0007 0000 00ff\n", null)]
    [InlineData("0009 0006 0011 0007 0000 00ff 0000 0001\n", null)]
    [InlineData("0009 0006 0011 0007 0000 fffffffd 0000\n", null)]
    [InlineData("0009 x 0011 0007 0000 00ff ?\n", 255L)]
    [InlineData("", null)]
    public void RoutesAreTheSixthOfSevenWords(string text, long? entries)
    {
        _root.Write(Routes, text);
        Assert.Equal(entries is null ? Outcome.Partial : Outcome.Ok, _source.Read().Outcome);
        Assert.Equal(entries, _source.Value("tcpagent_ipv6_route_entries"));
    }

    /// <summary>As neighbour.c prints it up to 2.6.27.</summary>
    [Fact]
    public void ATableWithOneValueLessThanNamesIsReadAsFarAsItGoes()
    {
        _root.Write(Arp, Header + "00000007 1 2 3 4 5\n00000007 1 2 3 4 5\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Shows("ipv4", entries: 7, unresolvedDiscards: 10, tableFulls: Absent);
    }

    [Fact]
    public void WithoutAnyOfTheFilesTheSourceIsAbsent() => Assert.Equal(Outcome.Absent, _source.Read().Outcome);
}
