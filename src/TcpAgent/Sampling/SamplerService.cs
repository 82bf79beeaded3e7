using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TcpAgent.Sources;

namespace TcpAgent.Sampling;

/// <summary>
/// Runs the sampler on its own thread: a timer on the pool costs more CPU than the reads, and a full pool would delay it. Calls <paramref
/// name="ticked"/> on that thread after each tick.
/// </summary>
sealed class SamplerService(Sampler sampler, SamplingOptions options, TimeProvider time, ILogger logger, Action ticked) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(done, stoppingToken)) { Name = "sampler", IsBackground = true }.Start();
        return done.Task;
    }

    void Run(TaskCompletionSource done, CancellationToken stop)
    {
        try
        {
            Loop(stop);
            done.SetResult();
        }
        catch (Exception e)
        {
            // Stops the host, so that systemd restarts the agent: without its sampler it would only appear alive.
            done.SetException(e);
        }
    }

    void Loop(CancellationToken stop)
    {
        var schedule = new Schedule(time.GetTimestamp(), (long)(options.Interval.TotalSeconds * time.TimestampFrequency));
        var late = false;
        while (!stop.IsCancellationRequested)
        {
            var start = time.GetTimestamp();
            var due = schedule.Due;
            sampler.Take();
            ticked();

            var now = time.GetTimestamp();
            var skipped = schedule.Advance(now);
            sampler.Missed = schedule.Missed;
            if (skipped > 0 && !late)
                Log.SamplesMissed(logger, time.GetElapsedTime(due, start), time.GetElapsedTime(start, now), options.Interval);
            else if (skipped == 0 && late)
                Log.SamplesOnTime(logger, schedule.Missed);
            late = skipped > 0;
            stop.WaitHandle.WaitOne(Milliseconds(schedule.Due - now));
        }
    }

    int Milliseconds(long timestamps) => (int)Math.Max(0, Math.Ceiling(timestamps * 1000.0 / time.TimestampFrequency));
}
