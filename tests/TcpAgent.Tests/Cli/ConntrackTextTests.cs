using System.Text;
using TcpAgent.Cli;
using TcpAgent.Sources;
using TcpAgent.Tests.Sources;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Cli;

/// <summary>The connection tracking table as a person reads it.</summary>
public class ConntrackTextTests
{
    static readonly TrackedRig s_few = new(
        Tracked("10.0.0.1", "10.0.0.10", 6, 443, 6, state: 3), Tracked("2001:db8:0:1:2:3:4:5", "2001:db8:0:1:2:3:4:6", 6, 443, 0, state: 1),
        Tracked("10.0.0.1", "10.0.0.10", 6, 443, 6, state: 3), Tracked("10.0.0.1", "10.0.0.10"));

    static string Write(TrackedTable table, int width = 80, long? limit = 262_144) =>
        Encoding.UTF8.GetString(ConntrackText.Write(table, limit, new Terminal(HasColour: false, width)));

    [Fact]
    public void AWholeTableIsListedWithoutBounds() => Assert.Equal(
        """
        4 entries in the connection tracking table of 262,144 (0 %)
        All were read.

                                          entries       +-   share  unreplied  assured
        all                                     4            100 %       50 %     50 %
        tcp                                     3             75 %       33 %     67 %
          established                           2             50 %        0 %    100 %
          syn_sent                              1             25 %      100 %      0 %
        udp                                     1             25 %      100 %      0 %

        source
        10.0.0.1                                3             75 %       33 %     67 %
        2001:db8:0:1:2:3:4:5                    1             25 %      100 %      0 %

        destination, before NAT
        10.0.0.10:443                           2             50 %        0 %    100 %
        [2001:db8:0:1:2:3:4:6]:443              1             25 %      100 %      0 %
        10.0.0.10:53                            1             25 %      100 %      0 %

        """, Write(s_few.Table(4)));

    [Fact]
    public void ANarrowTerminalHasWhatSaysMost() => Assert.Equal(
        """
        4 entries in the connection tracking table of 262,144 (0 %)
        All were read.

                                 entries       +-   share  unreplied
        all                            4            100 %       50 %
        tcp                            3             75 %       33 %
          established                  2             50 %        0 %
          syn_sent                     1             25 %      100 %
        udp                            1             25 %      100 %

        source
        10.0.0.1                       3             75 %       33 %
        2001:db8:0:1:2:3:4:5           1             25 %      100 %

        destination, before NAT
        10.0.0.10:443                  2             50 %        0 %
        [2001:db8:0:1:2:3:4:6]:443
                                       1             25 %      100 %
        10.0.0.10:53                   1             25 %      100 %

        """, Write(s_few.Table(4), 60));

    /// <summary>The sources of the sample are there by chance, so none is named.</summary>
    [Fact]
    public void ASampleHasTheBoundOfEachFigure() => Assert.Equal(
        """
        250,000 entries in the connection tracking table of 262,144 (95 %)
        20,000 were read, a random sample. In 19 of 20 cases a figure is off by no more
        than what is beside it.

                                          entries       +-   share  unreplied  assured
        all                               250,000            100 %      100 %      0 %
        udp                               250,000       45   100 %      100 %      0 %

        source
        any other: at most 67 entries

        destination, before NAT
        10.0.0.10:53                      250,000       45   100 %      100 %      0 %
        any other: at most 45 entries

        """, Write(new TrackedRig(TrackedRig.Requests(TrackedSample.MostEntries + 1)).Table(250_000)));

    [Fact]
    public void EntriesThatTheKernelDoesNotListAreSaid() =>
        Assert.Contains("have timed out", Write(s_few.Table(5)), StringComparison.Ordinal);

    [Fact]
    public void AnEmptyTableHasNoGroups() => Assert.Equal(
        "0 entries in the connection tracking table of 262,144 (0 %)\nAll were read.\n", Write(new TrackedRig().Table(0)));

    /// <summary>nf_conntrack_max of 0 is no limit.</summary>
    [Theory]
    [InlineData(0L)]
    [InlineData(null)]
    public void WithoutALimitThereIsNoShare(long? limit) =>
        Assert.StartsWith("4 entries in the connection tracking table\n", Write(s_few.Table(4), limit: limit), StringComparison.Ordinal);
}
