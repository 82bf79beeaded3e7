using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>The open files of the processes nearest to their own limit.</summary>
sealed class OpenFilesUsage(OpenFiles files) : Usage
{
    internal override void Look(ref Scan scan)
    {
        foreach (var holder in files.Followed)
            scan.Offer(holder.Standing, holder.Limit, holder.Instance);
    }
}
