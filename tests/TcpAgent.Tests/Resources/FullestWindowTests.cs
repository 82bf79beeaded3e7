using System.Net;
using TcpAgent.Cli;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Resources;

public class FullestWindowTests
{
    /// <summary>Whichever part of the window a watch begins in, for each window that a verdict is made from.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(30)]
    [InlineData(600)]
    [InlineData(3600)]
    public void AWatchForgetsNothingThatItSaw(double seconds)
    {
        var time = new ManualTime();
        var window = OwnSampling.WindowFor(TimeSpan.FromSeconds(seconds));
        for (var phase = 0; phase < 100; phase++)
        {
            var start = (long)((10_000 + (window.TotalSeconds * phase / 100)) * ManualTime.Second);
            var (fullest, losses, listeners) =
                (new FullestWindow(window, time), new PeakWindow(1, window, time, PeakWindow.FewParts), new ListenerTable(window, time));
            for (var step = 0; step <= 40; step++)
            {
                var now = start + (long)(seconds * ManualTime.Second * step / 40);
                fullest.Record(now, step == 0 ? new Fill(5, 10, null) : new Fill(1, 10, null));
                losses.Record(now, [step == 0 ? 5 : 1]);
                listeners.Begin();
                listeners.Add(new ListenRow(Endpoint.From(IPAddress.Any.GetAddressBytes(), 80), 1, step == 0 ? 5 : 1, 10, 0));
                listeners.End(now);
            }
            new Facts($"phase {phase}").Is(5, fullest.Fullest.Used, "used").Is(5, losses[0], "losses")
                .Is(5, Assert.Single(listeners.Listeners).Peak, "peak").Verify();
        }
    }
}
