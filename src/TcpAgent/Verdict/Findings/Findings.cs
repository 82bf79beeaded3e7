namespace TcpAgent.Verdict;

/// <summary>
/// What is worth saying beside the verdict: settings, piles of sockets, drops by rule, limiters elsewhere. A topic each has its file.
/// </summary>
static class Findings
{
    static readonly FindingRule[] s_rules =
    [
        .. NamespaceFindings.Rules,
        .. FilterFindings.Rules,
        .. ListenerFindings.Rules,
        .. TableFindings.Rules,
        .. ConntrackFindings.Rules,
        .. SocketFindings.Rules,
        .. PeerFindings.Rules,
    ];

    internal static IReadOnlyList<Finding> Check(SampleView view)
    {
        var findings = new List<Finding>();
        foreach (var rule in s_rules)
            if (rule.Check(view) is { } text)
                findings.Add(new Finding(rule.Id, rule.Severity, text, rule.Headline));
        return findings;
    }
}
