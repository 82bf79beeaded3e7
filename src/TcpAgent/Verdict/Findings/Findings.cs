namespace TcpAgent.Verdict;

/// <summary>
/// Conditions worth reporting beside the verdict: settings, piles of sockets, drops by rules, limiters elsewhere. Each topic has its own
/// file.
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
        .. ConnectionFindings.Rules,
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
