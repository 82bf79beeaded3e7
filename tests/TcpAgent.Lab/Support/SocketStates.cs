namespace TcpAgent.Lab.Support;

/// <summary>TCP sockets by state as ss lists them, named as the agent names the states.</summary>
static class SocketStates
{
    internal static readonly string[] All =
    [
        "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait", "close", "close_wait", "last_ack", "listen",
        "closing",
    ];

    /// <param name="listing">What ss -Htan prints.</param>
    internal static Dictionary<string, int> Parse(string listing)
    {
        var counts = All.ToDictionary(state => state, _ => 0);
        foreach (var line in listing.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = line[..line.IndexOf(' ')] switch
            {
                "ESTAB" => "established",
                "UNCONN" => "close",
                "FIN-WAIT-1" => "fin_wait1",
                "FIN-WAIT-2" => "fin_wait2",
                var state => state.ToLowerInvariant().Replace('-', '_'),
            };
            Assert.True(counts.ContainsKey(name), $"ss knows a state {name}");
            counts[name]++;
        }
        return counts;
    }

    /// <summary>Each state of an exposition is what ss counted before or after it, or between.</summary>
    internal static void AssertBetween(Dictionary<string, int> before, Dictionary<string, int> after, Dictionary<string, double> series)
    {
        foreach (var state in All)
        {
            var value = series[$"tcpagent_tcp_sockets{{state=\"{state}\"}}"];
            var (low, high) = (Math.Min(before[state], after[state]), Math.Max(before[state], after[state]));
            Assert.True(
                value >= low && value <= high, $"{state}: the agent counts {value}, ss {before[state]} before and {after[state]} after");
        }
    }
}
