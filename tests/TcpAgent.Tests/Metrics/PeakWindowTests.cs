using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

public class PeakWindowTests
{
    const long Second = ManualTime.Second;

    static PeakWindow Window(int series = 1) => new(series, TimeSpan.FromSeconds(60), new ManualTime());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(58)]
    [InlineData(59)]
    [InlineData(60)]
    [InlineData(1_000_003)]
    public void TheFirstValueIsThePeakWheneverTheHostStarted(long uptime)
    {
        // The monotonic clock counts from boot, and the agent may start in the first minute after it.
        var window = Window();
        window.Record(uptime * Second, [7]);
        Assert.Equal(7, window[0]);
    }

    [Fact]
    public void APeakStaysForTheWindowAndThenLeaves()
    {
        var window = Window();
        window.Record(100 * Second, [50]);
        for (var second = 101; second < 160; second++)
        {
            window.Record(second * Second, [second]);
            Assert.Equal(Math.Max(50, second), window[0]);
        }

        window = Window();
        window.Record(100 * Second, [50]);
        window.Record(159 * Second, [1]);
        Assert.Equal(50, window[0]);
        window.Record(160 * Second, [1]);
        Assert.Equal(1, window[0]);
    }

    [Fact]
    public void AfterAPeakTheNextHighestIsShown()
    {
        var window = Window();
        window.Record(100 * Second, [50]);
        window.Record(130 * Second, [30]);
        window.Record(165 * Second, [2]);
        Assert.Equal(30, window[0]);
        window.Record(195 * Second, [1]);
        Assert.Equal(2, window[0]);
    }

    [Fact]
    public void AnAbsentValueIsNoValue()
    {
        var window = Window();
        window.Record(100 * Second, [KernelValue.Absent]);
        Assert.Equal(KernelValue.Absent, window[0]);
        window.Record(101 * Second, [-5]);
        window.Record(102 * Second, [KernelValue.Absent]);
        Assert.Equal(-5, window[0]);
        window.Record(161 * Second, [KernelValue.Absent]);
        Assert.Equal(KernelValue.Absent, window[0]);
    }

    [Theory]
    [InlineData(61)]
    [InlineData(3600)]
    [InlineData(86400 * 365)]
    public void AJumpFarAheadForgetsEverything(long seconds)
    {
        var window = Window();
        for (var second = 0; second < 120; second++)
            window.Record(second * Second, [1000]);
        window.Record((119 + seconds) * Second, [3]);
        Assert.Equal(3, window[0]);
    }

    [Fact]
    public void SeriesDoNotTouchEachOther()
    {
        var window = Window(3);
        window.Record(100 * Second, [1, 200, KernelValue.Absent]);
        window.Record(130 * Second, [2, 20, KernelValue.Absent]);
        Assert.Equal(2, window[0]);
        Assert.Equal(200, window[1]);
        Assert.Equal(KernelValue.Absent, window[2]);
        window.Record(161 * Second, [0, 0, 9]);
        Assert.Equal(2, window[0]);
        Assert.Equal(20, window[1]);
        Assert.Equal(9, window[2]);
    }

    [Fact]
    public void ItIsTheHighestOfAModelThatKeepsEverything()
    {
        const int seed = 77;
        var random = new Random(seed);
        var window = Window();
        var seen = new List<(long Second, long Value)>();
        for (long second = random.Next(200), i = 0; i < 2_000; i++, second += random.Next(1, 12))
        {
            seen.Add((second, random.Next(1_000_000)));
            window.Record(second * Second, [seen[^1].Value]);
            var expected = seen.Where(sample => sample.Second > second - 60).Max(sample => sample.Value);

            // Reading does not move the window: it is asked twice.
            Assert.True(expected == window[0] && expected == window[0], $"seed {seed}, round {i}");
        }
    }

    [Fact]
    public void AWindowShorterThanTheClocksResolutionWorks()
    {
        var window = new PeakWindow(1, TimeSpan.FromTicks(1), new ManualTime());
        window.Record(5 * Second, [9]);
        window.Record(6 * Second, [1]);
        Assert.Equal(1, window[0]);
    }
}
