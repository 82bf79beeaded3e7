using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using TcpAgent.Sources;
using Xunit.Abstractions;

namespace TcpAgent.Lab;

/// <summary>What conntrack says of a table, against conntrack(8), which reads all of it.</summary>
[Trait("Category", "root")]
public sealed partial class ConntrackTableTests(ITestOutputHelper output)
{
    /// <summary>Protocol, its number, timeout, the state of TCP, then the addresses and ports of the first packet.</summary>
    [GeneratedRegex(
        @"^(?<protocol>\w+) +\d+ \d+ (?<state>[A-Z_0-9]* ?)src=(?<source>\S+) dst=(?<destination>\S+) (sport=\d+ dport=(?<port>\d+))?")]
    private static partial Regex Entry();

    /// <summary>Each figure that the document has, by its path, with its bounds.</summary>
    static IEnumerable<(string Name, long Low, long High)> Figures(JsonElement groups, string prefix)
    {
        foreach (var group in groups.EnumerateArray())
        {
            var name = $"{prefix} {group.GetProperty("name").GetString()}";
            foreach (var of in (string[])["entries", "unreplied", "assured"])
                yield return ($"{name} {of}", Bound(group, of, "low"), Bound(group, of, "high"));
            if (group.TryGetProperty("states", out var states))
                foreach (var one in Figures(states, name))
                    yield return one;
        }
    }

    static long Bound(JsonElement group, string of, string bound) => group.GetProperty(of).GetProperty(bound).GetInt64();

    /// <summary>The same figures, counted in the list of conntrack(8).</summary>
    static Dictionary<string, long> Count(string list)
    {
        var counts = new Dictionary<string, long>();
        foreach (var line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var entry = Entry().Match(line);
            Assert.True(entry.Success, line);
            var (protocol, state, port) = (entry.Groups["protocol"].Value, entry.Groups["state"].Value.Trim(), entry.Groups["port"].Value);
            List<string> groups =
            [
                $"protocol {protocol}", $"source {entry.Groups["source"].Value}",
                $"destination {entry.Groups["destination"].Value}{(port.Length > 0 ? $":{port}" : "")}",
            ];
            if (state.Length > 0)
                groups.Add($"protocol {protocol} {state.ToLowerInvariant()}");
            foreach (var group in groups)
            {
                Add($"{group} entries", 1);
                Add($"{group} unreplied", line.Contains("[UNREPLIED]", StringComparison.Ordinal) ? 1 : 0);
                Add($"{group} assured", line.Contains("[ASSURED]", StringComparison.Ordinal) ? 1 : 0);
            }
        }
        return counts;

        void Add(string name, long count) => counts[name] = counts.GetValueOrDefault(name) + count;
    }

    static async Task<NetworkNamespace> Filled(int count)
    {
        var place = await NetworkNamespace.Create();
        await TrafficProgram.Run(place, Kind.Tracked, $"{count}");
        return place;
    }

    static async Task<JsonElement> Ask(NetworkNamespace place) =>
        JsonDocument.Parse(await place.Run(Published.Own.Program, "conntrack", "--json")).RootElement;

    /// <summary>
    /// A whole table exactly. Of a sample one figure in twenty may be outside its bounds, with others that are of the same entries. None
    /// may be far outside.
    /// </summary>
    [SkippableTheory]
    [InlineData(10)]
    [InlineData(10_000)]
    [InlineData(250_000)]
    public async Task ItsFiguresAreThoseOfTheWholeList(int entries)
    {
        var conntrack = Require.Tool("conntrack", "conntrack");
        await using var place = await Filled(entries);
        await using var other = await Filled(100);
        var document = await Ask(place);
        var counted = Count(await place.Run(conntrack, "-L"));
        Assert.Equal(entries, document.GetProperty("entries").GetInt64());
        Assert.Equal(entries <= TrackedSample.MostEntries, document.GetProperty("complete").GetBoolean());
        Assert.Equal(Math.Min(entries, TrackedSample.MostEntries), document.GetProperty("read").GetInt32());
        var (figures, outside) = (0, 0);
        foreach (var (member, prefix) in ((string, string)[])[
            ("protocols", "protocol"), ("sources", "source"), ("destinations", "destination")])
            foreach (var (name, low, high) in Figures(document.GetProperty(member), prefix))
            {
                var (actual, width) = (counted.GetValueOrDefault(name), high - low);
                output.WriteLine($"{name}: {low} to {high}, {actual} counted");
                figures++;
                outside += actual < low || actual > high ? 1 : 0;
                Assert.InRange(actual, low - (width / 2), high + (width / 2));
            }
        output.WriteLine($"{outside} of {figures} outside their bounds");
        Assert.InRange(outside, 0, entries <= TrackedSample.MostEntries ? 0 : figures / 2);
    }

    /// <summary>The smaller table goes first: the kernel would walk past the entries of the larger one.</summary>
    [SkippableFact]
    public async Task ALargerTableTakesNoMoreTime()
    {
        var small = await Cpu(TrackedSample.MostEntries);
        var large = await Cpu(250_000);
        output.WriteLine($"{small} s of CPU for 20,000 entries, {large} s for 250,000");
        Assert.InRange(large, 0, 1.5 * small);
    }

    /// <summary>Seconds of CPU that the verb takes: of five runs the least.</summary>
    static async Task<double> Cpu(int entries)
    {
        await using var place = await Filled(entries);
        var (command, least) = ($"TIMEFORMAT='%U %S'; {{ time {Published.Own.Program} conntrack >/dev/null; }} 2>&1", double.MaxValue);
        for (var run = 0; run < 5; run++)
        {
            var times = (await place.Run("/bin/bash", "-c", command)).Split(' ');
            least = Math.Min(least, times.Sum(one => double.Parse(one, CultureInfo.InvariantCulture)));
        }
        return least;
    }

    [SkippableFact]
    public async Task OneCapabilityIsEnough()
    {
        await using var place = await Filled(10);
        var (file, arguments) = AgentProgram.AsNobodyWith("net_admin", "conntrack");
        Assert.StartsWith("10 entries ", await place.Run(file, arguments), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task TheSourceExportsTheSame()
    {
        await using var place = await Filled(10);
        var values = AgentProgram.Parse(await AgentProgram.PrintIn(place, $"--collector.{ConntrackTable.SourceName}"));
        Assert.Equal(6, values["tcpagent_conntrack_table_entries{protocol=\"udp\",state=\"\"}"]);
        Assert.Equal(2, values["tcpagent_conntrack_table_assured_entries{protocol=\"tcp\",state=\"established\"}"]);
        Assert.Equal(1, values["tcpagent_source_success{source=\"conntrack_table\"}"]);
    }

    [SkippableFact]
    public async Task WithoutItTheVerbSaysWhatItNeeds()
    {
        Require.Root();
        var (file, arguments) = AgentProgram.AsNobody("conntrack");
        var (text, error) = await Child.RunFor(3, null, file, arguments);
        Assert.Equal("", text);
        Assert.Contains("CAP_NET_ADMIN", error, StringComparison.Ordinal);
    }
}
