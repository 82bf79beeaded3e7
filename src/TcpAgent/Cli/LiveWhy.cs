using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>why --watch: a view that is kept up to date, fed by the agent or, where none answers, by samples of this process.</summary>
sealed class LiveWhy(WhyOptions why, IVerdictFeed feed, ILiveView view, Stream output, Func<bool> isUnread) : IAsyncDisposable
{
    IVerdictFeed _feed = feed;
    HostVerdict? _last;

    /// <param name="options">The flags.</param>
    /// <param name="why">The options of why.</param>
    /// <param name="inquiry">How an agent is asked; null to watch from here.</param>
    /// <param name="output">Where the view goes.</param>
    /// <param name="isUnread">Whether nobody can read it any longer; then the watch ends.</param>
    /// <param name="stop">Ends the watch, with the verdict so far.</param>
    /// <returns>The exit code.</returns>
    internal static async Task<int> Run(
        AgentOptions options, WhyOptions why, AgentInquiry? inquiry, Stream output, Func<bool> isUnread, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (why.Duration is { } duration)
            limit.CancelAfter(duration);
        var answer = inquiry is null ? null : await WhyCommand.AskOrExplain(inquiry, "", limit.Token);
        ILiveView view = Terminal.Detect().IsScreen ? new LiveScreen(output, Terminal.Detect) : new LiveLines(output);
        if (answer is not null && view is LiveScreen screen)
            screen.Recall(await RecentEvents.Of(answer.Agent, limit.Token));
        IVerdictFeed feed = answer is null ? new SampledFeed(options) : new AgentFeed(inquiry!, answer);
        await using var live = new LiveWhy(why, feed, view, output, isUnread) { _last = answer?.Verdict };
        return await live.Follow(options, limit.Token);
    }

    async Task<int> Follow(AgentOptions options, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                if (await _feed.Next(stop) is { } verdict)
                {
                    _last = verdict;
                    if (await Show(verdict) is { } code)
                        return code;
                    continue;
                }
                await _feed.DisposeAsync();
                _feed = new SampledFeed(options);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C, or the end of --for.
        }
        var last = _last ?? ((SampledFeed)_feed).Judge();
        return await Try(view.Close, last) ?? await WhyCommand.Write(output, WhyCommand.Text(why, last, _feed.IsOfAgent), last.State);
    }

    /// <returns>Null while the view goes on, otherwise the exit code.</returns>
    Task<int?> Show(HostVerdict verdict) => Try(() => view.Show(verdict, _feed), verdict);

    /// <summary>
    /// The watch ends as after Ctrl-C when its reader has gone, like head(1), or its terminal was closed. It writes no answer then, because
    /// nobody reads it. Anything else that keeps the view from being written, such as a full disk, is an error.
    /// </summary>
    async Task<int?> Try(Func<Task> write, HostVerdict verdict)
    {
        try
        {
            await write();
        }
        catch (Exception e) when (Output.IsFailure(e) && !isUnread())
        {
            return Output.Failed(e, WhyCommand.CannotTell);
        }
        catch (Exception e) when (Output.IsFailure(e))
        {
            return WhyCommand.ExitCode(verdict.State);
        }
        return isUnread() ? WhyCommand.ExitCode(verdict.State) : null;
    }

    public ValueTask DisposeAsync() => _feed.DisposeAsync();
}
