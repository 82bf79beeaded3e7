using System.Globalization;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab;

/// <summary>
/// What the agent says of a network card, as a user without any right, against ethtool. A namespace has no card, so it is one of the
/// host's: in a virtual machine virtio_net, which has rings, channels and losses by queue.
/// </summary>
[Trait("Category", "root")]
public class NicTests
{
    /// <summary>The first card with a driver.</summary>
    static string Card()
    {
        var card = Directory.GetFileSystemEntries("/sys/class/net").FirstOrDefault(path => Directory.Exists($"{path}/device/driver"));
        Skip.If(card is null, "this host has no network card");
        return Path.GetFileName(card!);
    }

    static async Task<Dictionary<string, double>> Print()
    {
        var (file, arguments) = AgentProgram.AsNobody("print");
        return AgentProgram.Parse(await Child.Run(file, arguments));
    }

    /// <summary>The lines that ethtool prints, by their name; of two with one name the first is the maximum.</summary>
    static async Task<Dictionary<string, List<double>>> Ethtool(string flag, string card)
    {
        var values = new Dictionary<string, List<double>>();
        foreach (var line in (await Child.Run(Require.Tool("ethtool", "ethtool"), [flag, card])).Split('\n'))
        {
            var colon = line.LastIndexOf(':');
            if (colon < 0 || !double.TryParse(line[(colon + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                continue;
            var name = line[..colon].Trim();
            if (!values.TryGetValue(name, out var known))
                values[name] = known = [];
            known.Add(value);
        }
        return values;
    }

    static void AssertSame(double[] expected, Dictionary<string, double> series, string metric, string card)
    {
        var (now, limit) = ($"tcpagent_nic_{metric}{{device=\"{card}\"}}", $"tcpagent_nic_{metric}_limit{{device=\"{card}\"}}");
        Assert.Equal(expected, (double[])[series.GetValueOrDefault(limit, -1), series.GetValueOrDefault(now, -1)]);
    }

    [SkippableFact]
    public async Task RingsAndChannelsAreThoseOfEthtool()
    {
        Require.Root();
        var card = Card();
        var (rings, channels, series) = (await Ethtool("-g", card), await Ethtool("-l", card), await Print());
        AssertSame([.. rings["RX"]], series, "receive_ring_descriptors", card);
        AssertSame([.. rings["TX"]], series, "transmit_ring_descriptors", card);
        AssertSame([.. channels["Combined"]], series, "combined_channels", card);
    }

    /// <summary>virtio_net counts drops by queue under its own names; the sum lies between what ethtool says before and after.</summary>
    [SkippableFact]
    public async Task WhatTheDriverDroppedIsTheSumOfItsQueues()
    {
        Require.Root();
        var card = Card();
        var before = Drops(await Ethtool("-S", card));
        Skip.If(before is null, "the driver does not name the drops of its queues so");
        var series = await Print();
        var after = Drops(await Ethtool("-S", card));
        Assert.InRange(series[$"tcpagent_nic_receive_drops_total{{device=\"{card}\"}}"], before!.Value, after!.Value);

        static double? Drops(Dictionary<string, List<double>> statistics)
        {
            var drops = statistics.Where(one => one.Key.StartsWith("rx", StringComparison.Ordinal)
                && one.Key.EndsWith("_drops", StringComparison.Ordinal) && !one.Key.Contains("xdp", StringComparison.Ordinal)).ToList();
            return drops.Count == 0 ? null : drops.Sum(one => one.Value[0]);
        }
    }

    [SkippableFact]
    public async Task ANamespaceOfSoftwareDevicesHasNoCard()
    {
        await using var place = await NetworkNamespace.Create();
        await place.Run(Require.Tool("ip", "iproute2"), "link", "add", "v0", "type", "veth", "peer", "name", "v1");
        var series = AgentProgram.Parse(await AgentProgram.PrintIn(place));
        Assert.DoesNotContain(series.Keys, key => key.StartsWith("tcpagent_nic_", StringComparison.Ordinal));
        Assert.Equal(1, series["tcpagent_source_success{source=\"nics\"}"]);
        Assert.Contains("tcpagent_source_mode{source=\"nics\",mode=\"absent\"}", series.Keys);
    }
}
