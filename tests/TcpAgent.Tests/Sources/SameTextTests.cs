using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>Text that did not change is not parsed again, and only the time it takes shows that.</summary>
public sealed class SameTextTests : IDisposable
{
    const string Opens = "tcpagent_tcp_active_opens_total";

    readonly TempRoot _root = new();
    int _parses;

    public void Dispose() => _root.Dispose();

    /// <summary>Counts the texts that it parses.</summary>
    sealed class Counting(SameTextTests test, IFieldMap map, TextParser parser) : TextParser(map)
    {
        internal override ParseResult Parse(ReadOnlySpan<byte> text, Span<long> slots)
        {
            test._parses++;
            return parser.Parse(text, slots);
        }
    }

    TextSource Snmp(bool isOptional = false, bool allFields = false) => new(
        "snmp", map => new Counting(this, map, new TableParser(map)), SnmpRows.Rows, [_root.Kernel.Proc("net/snmp")], isOptional,
        allFields);

    TextSource Sockstat() => new(
        "sockstat", map => new Counting(this, map, new SockstatParser(map)), SockstatRows.Rows,
        [_root.Kernel.Proc("net/sockstat"), _root.Kernel.Proc("net/sockstat6")]);

    void WriteOpens(int opens) => _root.Write("net/snmp", $"Tcp: ActiveOpens\nTcp: {opens}\n");

    [Fact]
    public void TheSameTextKeepsItsValues()
    {
        using var source = Snmp();
        foreach (var opens in (int[])[5, 6, 5])
        {
            WriteOpens(opens);
            var parses = _parses;
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(ReadStatus.Ok, source.Read());
                Assert.Equal(opens, source.Value(Opens));
            }
            Assert.Equal(parses + 1, _parses);
        }
    }

    /// <summary>As the sampler does when a source throws.</summary>
    [Fact]
    public void WithdrawnValuesComeBack()
    {
        using var source = Snmp();
        WriteOpens(5);
        source.Read();
        source.Withdraw();
        Assert.Null(source.Value(Opens));
        Assert.Equal(ReadStatus.Ok, source.Read());
        Assert.Equal(5, source.Value(Opens));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AFileThatIsGoneAndBackIsTheSameAsBefore(bool isOptional)
    {
        using var source = Snmp(isOptional);
        WriteOpens(5);
        source.Read();
        for (var i = 0; i < 2; i++)
        {
            _root.Delete("net/snmp");
            for (var reads = 0; reads < 3; reads++)
            {
                Assert.Equal(isOptional ? Outcome.Absent : Outcome.Failed, source.Read().Outcome);
                Assert.Null(source.Value(Opens));
            }
            WriteOpens(5);
            Assert.Equal(ReadStatus.Ok, source.Read());
            Assert.Equal(5, source.Value(Opens));
        }
    }

    [Theory]
    [InlineData("Tcp: ActiveOpens\nTcp: 1\nUdp: NoPorts\nUdp: torn\n", 1)]
    [InlineData("Tcp: ActiveOpens PassiveOpens\nTcp: 1 -1\n", 1)]
    public void WhatIsMalformedIsCountedAtEachRead(string text, int perRead)
    {
        using var source = Snmp();
        _root.Write("net/snmp", text);
        for (var reads = 1; reads < 4; reads++)
        {
            Assert.Equal(Outcome.Partial, source.Read().Outcome);
            Assert.Equal(reads * perRead, source.Malformed);
            Assert.Equal(1, source.Value(Opens));
        }
        WriteOpens(2);
        Assert.Equal(ReadStatus.Ok, source.Read());
        Assert.Equal(2, source.Value(Opens));
        Assert.Equal(3 * perRead, source.Malformed);
    }

    [Fact]
    public void EitherOfTwoFilesMayChange()
    {
        using var source = Sockstat();
        void Check(int? inuse, int? inuse6)
        {
            if (inuse is not null)
                _root.Write("net/sockstat", $"TCP: inuse {inuse}\n");
            if (inuse6 is null)
                _root.Delete("net/sockstat6");
            else
                _root.Write("net/sockstat6", $"TCP6: inuse {inuse6}\n");
            for (var i = 0; i < 2; i++)
            {
                Assert.Equal(ReadStatus.Ok, source.Read());
                Assert.Equal(inuse, source.Value("tcpagent_tcp_sockets_inuse"));
                Assert.Equal(inuse6, source.Value("tcpagent_tcp6_sockets_inuse"));
            }
        }
        Check(1, null);
        Check(2, null);
        Check(2, 7);
        Check(2, 8);
        Check(3, 8);
        Check(3, null);

        // Without IPv6 the second file is the same error each time.
        var parses = _parses;
        Check(3, null);
        Assert.Equal(parses, _parses);
    }

    [Fact]
    public void FieldsWithoutARowAreKeptToo()
    {
        using var source = Snmp(allFields: true);
        _root.Write("net/snmp", "Tcp: RtoMin ActiveOpens\nTcp: 200 2\nIp: InDelivers\nIp: 7\n");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ReadStatus.Ok, source.Read());
            Assert.Equal(200, source.Value("tcpagent_netstat_field", "table=\"snmp\",section=\"Tcp\",field=\"RtoMin\""));

            // A row that is not exported as a metric of its own.
            Assert.Equal(7, source.Value("tcpagent_netstat_field", "table=\"snmp\",section=\"Ip\",field=\"InDelivers\""));
            Assert.Equal(2, source.Value(Opens));
            Assert.Equal(2, source.Tables[1].Count);
        }
    }

    [Fact]
    public void AReloadChangesNothing()
    {
        using var source = Snmp();
        WriteOpens(5);
        source.Read();
        source.Reopen();
        Assert.Equal(ReadStatus.Ok, source.Read());
        Assert.Equal(5, source.Value(Opens));
    }
}
