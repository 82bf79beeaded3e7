using TcpAgent.Sampling;

namespace TcpAgent.Tests.Sampling;

public class ScheduleTests
{
    [Fact]
    public void TicksInTimeStayOnTheGrid()
    {
        var schedule = new Schedule(1_000, 100);
        Assert.Equal(0, schedule.Advance(1_030));
        Assert.Equal(1_100, schedule.Due);
        Assert.Equal(0, schedule.Advance(1_199));
        Assert.Equal(1_200, schedule.Due);
        Assert.Equal(0, schedule.Missed);
    }

    [Theory]
    [InlineData(1_099, 0, 1_100)]
    [InlineData(1_100, 1, 1_200)]
    [InlineData(1_101, 1, 1_200)]
    [InlineData(1_350, 3, 1_400)]
    [InlineData(1_000_050, 9_990, 1_000_100)]
    public void ATickThatCameTooLateIsSkippedAndCounted(long now, long skipped, long due)
    {
        var schedule = new Schedule(1_000, 100);
        Assert.Equal(skipped, schedule.Advance(now));
        Assert.Equal(due, schedule.Due);
        Assert.Equal(skipped, schedule.Missed);
    }

    [Fact]
    public void ATickThatBeganEarlyDoesNotMoveTheGrid()
    {
        var schedule = new Schedule(1_000, 100);
        schedule.Advance(1_010);
        Assert.Equal(0, schedule.Advance(1_099));
        Assert.Equal(1_200, schedule.Due);
    }

    [Fact]
    public void ATickIsEitherHeldOrMissed()
    {
        const int seed = 5;
        var random = new Random(seed);
        var schedule = new Schedule(7, 10);
        long held = 0;
        for (long now = 7; held < 5_000; held++)
        {
            now = Math.Max(now, schedule.Due) + random.Next(random.Next(20) == 0 ? 95 : 9);
            schedule.Advance(now);
            Assert.True(schedule.Due > now && schedule.Due - now <= 10 && schedule.Due % 10 == 7, $"seed {seed}, tick {held}");
            Assert.Equal((schedule.Due - 7) / 10, held + 1 + schedule.Missed);
        }
    }
}
