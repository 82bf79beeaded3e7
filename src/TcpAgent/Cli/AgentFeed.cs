using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>The verdicts of an agent that has answered once. They end when it fails to answer three times running.</summary>
sealed class AgentFeed(AgentInquiry inquiry, AgentAnswer first) : IVerdictFeed
{
    const int MostFailures = 3;

    static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    bool _hasBegun;

    public string Origin => $"the agent at {first.Agent}";

    public bool IsOfAgent => true;

    public async Task<HostVerdict?> Next(CancellationToken stop)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            return first.Verdict;
        }
        for (var failures = 0; failures < MostFailures; failures++)
        {
            await Task.Delay(s_interval, stop);
            var (answer, _) = await inquiry.Ask(first.Agent, stop);
            stop.ThrowIfCancellationRequested();
            if (answer is not null)
                return answer.Verdict;
        }
        return null;
    }

    public ValueTask DisposeAsync() => default;
}
