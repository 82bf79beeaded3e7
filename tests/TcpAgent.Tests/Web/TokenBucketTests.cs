using TcpAgent.Web;
using TcpAgent.Web.Config;

namespace TcpAgent.Tests.Web;

public class TokenBucketTests
{
    [Fact]
    public void ABurstThenOnePerInterval()
    {
        var time = new ManualTime();
        var bucket = new TokenBucket(new RateLimit(TimeSpan.FromSeconds(2), 3), time);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.TryTake(out var _)));
        time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.False(bucket.TryTake(out var wait));
        Assert.Equal(0.5, wait.TotalSeconds, 3);
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.True(bucket.TryTake(out _));
        Assert.False(bucket.TryTake(out _));

        // What is not used is kept, up to the burst.
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.TryTake(out var _)));
    }
}
