using System.Globalization;
using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>The live view of a file or pipe: the first verdict, then one line for each change.</summary>
sealed class LiveLines(Stream output) : ILiveView
{
    string? _shown;

    public async Task Show(HostVerdict verdict, IVerdictFeed feed)
    {
        var problem = Problem(verdict);
        if (problem == _shown)
            return;
        _shown = problem;
        var time = TimeZoneInfo.ConvertTime(verdict.Time, TimeZoneInfo.Local).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var line = Printable.Of($"{time} {WhyHeadline.Of(verdict, feed.IsOfAgent, TimeZoneInfo.Local)}");
        await output.WriteAsync(Encoding.UTF8.GetBytes($"{line}\n"), CancellationToken.None);
        await output.FlushAsync(CancellationToken.None);
    }

    public Task Close() => Task.CompletedTask;

    /// <summary>What is wrong, without the figures, which change all the time.</summary>
    static string Problem(HostVerdict verdict)
    {
        var problem = new StringBuilder(verdict.State.Name());
        foreach (var report in verdict.Resources)
            if (report.State is not (ResourceState.Ok or ResourceState.Absent))
                problem.Append($"; {WhyHeadline.Name(report)} {report.State.Name()}");
        return problem.ToString();
    }
}
