using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

public class CpuShareTests
{
    readonly ManualTime _time = new();

    [Fact]
    public void TheReserveMayBeUsedAtOnceAndFillsAtItsRate()
    {
        var share = new CpuShare(TimeSpan.FromSeconds(1), 0.1, _time);
        Assert.True(share.IsFull);
        share.Charge(ManualTime.Second / 2);
        Assert.True(share.Wait <= TimeSpan.Zero && !share.IsFull);
        share.Charge(ManualTime.Second);
        Assert.Equal(5, share.Wait.TotalSeconds, 3);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(1, share.Wait.TotalSeconds, 3);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(share.Wait <= TimeSpan.Zero);

        // It never holds more than the reserve.
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(share.IsFull);
        share.Charge(2 * ManualTime.Second);
        Assert.Equal(10, share.Wait.TotalSeconds, 3);
    }
}
