using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>Verdicts, one a second.</summary>
interface IVerdictFeed : IAsyncDisposable
{
    /// <summary>Where they come from, for people.</summary>
    string Origin { get; }

    bool IsOfAgent { get; }

    /// <summary>Waits for the next verdict. Null: there will be no more.</summary>
    Task<HostVerdict?> Next(CancellationToken stop);
}
