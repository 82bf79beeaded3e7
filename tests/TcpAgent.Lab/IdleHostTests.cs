using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab;

/// <summary>
/// While nothing happens the socket table is walked once a minute. Here one thing happens, by a real kernel, with nothing else that would
/// call for a walk: the counters must show it.
/// </summary>
[Trait("Category", "root")]
public class IdleHostTests
{
    /// <summary>The steps of tcp_steps.py, and how many sockets of which state there are after each.</summary>
    static readonly (string Step, string State, int Count)[] s_steps =
    [
        ("connect", "syn_sent", 1),
        ("connect-gives-up", "syn_sent", 0),
        ("connect-is-given-up", "syn_sent", 0),
        ("half-open", "syn_recv", 1),
        ("half-open-expires", "syn_recv", 0),
        ("fin-comes", "close_wait", 1),
        ("fin-goes", "fin_wait1", 1),
        ("fin-cannot-go", "fin_wait1", 1),
        ("last-fin-goes", "last_ack", 1),
        ("last-fin-cannot-go", "last_ack", 1),
        ("fin-is-answered", "fin_wait2", 1),
        ("becomes-a-mini-socket", "fin_wait2", 1),
        ("mini-socket-expires", "fin_wait2", 0),
        ("time-wait", "time_wait", 1),
        ("both-close", "closing", 1),
        ("reset-comes", "close_wait", 0),
        ("reset-goes", "close_wait", 0),
        ("queue-is-closed", "close_wait", 0),
    ];

    /// <summary>A second apart: the last is some seconds after the longest step, and before the full count that comes after 30.</summary>
    const int Samples = 26;

    const int AtOnce = 6;

    [SkippableFact]
    public async Task EachStepOfASocketIsSeen()
    {
        Require.Root();
        Require.Tool("ss", "iproute2");
        var failures = new List<string>();
        foreach (var some in s_steps.Chunk(AtOnce))
            failures.AddRange(await Task.WhenAll(some.Select(Take)));
        Assert.Equal("", string.Concat(failures));
    }

    /// <summary>Returns what is wrong.</summary>
    static async Task<string> Take((string Step, string State, int Count) one)
    {
        await using var place = await NetworkNamespace.Create();
        var (file, arguments) = AgentProgram.Command("print", $"--samples={Samples}", "--sample.walk-budget=1");
        var answer = await TrafficProgram.Run(place, Kind.TcpStep, [one.Step, file, .. arguments]);
        var end = answer.IndexOf("\n\n", StringComparison.Ordinal);
        var (counted, series) = (SocketStates.Parse(answer[..end]), AgentProgram.Parse(answer[end..]));
        if (counted[one.State] != one.Count)
            return $"{one.Step}: ss counts {counted[one.State]} in {one.State}, not {one.Count}";
        var wrong = SocketStates.All.Where(state => series[$"tcpagent_tcp_sockets{{state=\"{state}\"}}"] != counted[state]);
        return string.Concat(
            wrong.Select(state => $"{one.Step}: the agent counts {series[$"tcpagent_tcp_sockets{{state=\"{state}\"}}"]} in {state}, ss "
                + $"{counted[state]}; "));
    }
}
