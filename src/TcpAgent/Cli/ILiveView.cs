using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>Shows verdicts as they come.</summary>
interface ILiveView
{
    Task Show(HostVerdict verdict, IVerdictFeed feed);

    /// <summary>Leaves the terminal as it was.</summary>
    Task Close();
}
