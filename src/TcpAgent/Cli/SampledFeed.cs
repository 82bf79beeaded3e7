using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>The verdicts of this process on its own samples. They never end.</summary>
sealed class SampledFeed : IVerdictFeed
{
    static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    readonly OwnSampling _sampling;
    readonly PeriodicTimer _timer;
    readonly int _samplesOfVerdict;

    internal SampledFeed(AgentOptions options)
    {
        _sampling = new OwnSampling(options, options.Sampling.PeakWindow);
        _timer = new PeriodicTimer(_sampling.Interval);
        _samplesOfVerdict = (int)(s_interval / _sampling.Interval);
        _sampling.Take();
    }

    public string Origin => "samples of this process";

    public bool IsOfAgent => false;

    public async Task<HostVerdict?> Next(CancellationToken stop)
    {
        for (var i = 0; i < _samplesOfVerdict; i++)
        {
            await _timer.WaitForNextTickAsync(stop);
            _sampling.Take();
        }
        return _sampling.Judge();
    }

    /// <summary>The verdict on the samples so far.</summary>
    internal HostVerdict Judge() => _sampling.Judge();

    public ValueTask DisposeAsync()
    {
        _timer.Dispose();
        return _sampling.DisposeAsync();
    }
}
