using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>why --watch: a view that is kept up to date, fed by the agent or, where none answers, by samples of this process.</summary>
static class LiveWhy
{
    internal static async Task<int> Run(
        AgentOptions options, WhyOptions why, AgentInquiry? inquiry, Stream output, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (why.Duration is { } duration)
            limit.CancelAfter(duration);
        var answer = inquiry is null ? null : await WhyCommand.AskOrExplain(inquiry, "", limit.Token);
        IVerdictFeed feed = answer is null ? new SampledFeed(options) : new AgentFeed(inquiry!, answer);
        ILiveView view = Terminal.Detect().IsScreen ? new LiveScreen(output, Terminal.Detect) : new LiveLines(output);
        HostVerdict? last = null;
        try
        {
            if (answer is not null && view is LiveScreen screen)
                screen.Recall(await RecentEvents.Of(answer.Agent, limit.Token));
            while (true)
            {
                if (await feed.Next(limit.Token) is { } verdict)
                {
                    last = verdict;
                    await view.Show(verdict, feed);
                    continue;
                }
                await feed.DisposeAsync();
                feed = new SampledFeed(options);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C, or the end of --for.
        }
        catch (IOException)
        {
            // The reader closed the pipe, as head(1) does.
        }
        return await Finish(why, view, feed, last, output);
    }

    /// <summary>Answers with the verdict so far.</summary>
    static async Task<int> Finish(WhyOptions why, ILiveView view, IVerdictFeed feed, HostVerdict? last, Stream output)
    {
        await using (feed)
        {
            var verdict = last ?? ((SampledFeed)feed).Judge();
            try
            {
                await view.Close();
            }
            catch (IOException)
            {
                // Nobody sees it any longer.
            }
            return await WhyCommand.Write(output, WhyCommand.Text(why, verdict, feed.IsOfAgent), verdict.State);
        }
    }
}
