using System.Buffers;
using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Metrics;

public class AliasTests
{
    static readonly Rows s_rows = new("device");
    static readonly Row s_dropped = s_rows.Counter("tcpagent_dropped_total", "Dropped.");
    static readonly Row s_missed = s_rows.Hidden("tcpagent_missed", "Missed.");
    static readonly Row s_name = new Rows().Counter("node_drop_total", "Dropped or missed.");

    readonly Table _table = new(s_rows);

    string Render(params Alias[] aliases)
    {
        var snapshot = new Snapshot([_table]);
        snapshot.CopyFrom([_table], 0);
        var output = new ArrayBufferWriter<byte>();
        new Exposition([_table], pageSize: 4096, events: null, aliases).Write(snapshot, ExpositionFormat.Text, [], output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    [Theory]
    [InlineData(3, 4, "7")]
    [InlineData(0, 0, "0")]
    [InlineData(KernelValue.Absent, 4, "4")]
    [InlineData(3, KernelValue.Absent, "3")]
    public void AnAliasIsTheSumOfTheTermsThatAreThere(long dropped, long missed, string sum)
    {
        var slots = _table.Add(new Instance("eth0", ("device", "eth0")));
        (slots[s_dropped], slots[s_missed]) = (dropped, missed);
        Assert.Contains(
            $"# HELP node_drop_total Dropped or missed.\n# TYPE node_drop_total counter\nnode_drop_total{{device=\"eth0\"}} {sum}\n",
            Render(new Alias(s_name, s_dropped, s_missed)), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAnyTermItIsAbsent()
    {
        _table.Add(new Instance("eth0", ("device", "eth0")));
        Assert.Equal("", Render(new Alias(s_name, s_dropped, s_missed)));
    }

    [Fact]
    public void AnAliasOfATableThatIsNotExportedIsLeftOut()
    {
        var other = new Rows();
        Assert.Equal("", Render(new Alias(s_name, other.Counter("tcpagent_other_total", "Other."))));
    }

    [Fact]
    public void TermsAreOfOneTable() =>
        Assert.All(NodeNames.All, alias => Assert.Single(alias.Terms.Select(term => term.Rows).Distinct()));

    [Fact]
    public void TheNamesOfOneFamilyAreAdjacent()
    {
        var names = NodeNames.All.Select(alias => alias.Row.Name).ToList();
        Assert.Equal(names.Distinct().Count(), 1 + names.Zip(names.Skip(1)).Count(pair => pair.First != pair.Second));
    }
}
