using Microsoft.AspNetCore.Connections;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

public class ConnectionsTests
{
    /// <summary>Who is kept and who goes, HostileClientsTests tell.</summary>
    [Fact]
    public async Task MemoryIsGivenBackWhenOfManyFewAreLeft()
    {
        var times = 0;
        var connections = new Connections(kept: 16, () => times++);
        var end = new TaskCompletionSource();
        var scraper = connections.Serve(new DefaultConnectionContext(), _ => end.Task);
        await Attack(7);
        Assert.Equal(0, times);
        await Attack(1);
        Assert.Equal(1, times);

        // Eight together: not before all but two have gone.
        var attack = new TaskCompletionSource();
        var clients = Enumerable.Range(0, 8).Select(_ => connections.Serve(new DefaultConnectionContext(), _ => attack.Task)).ToArray();
        await Attack(20);
        Assert.Equal(1, times);
        attack.SetResult();
        await Task.WhenAll(clients);
        Assert.Equal(2, times);
        end.SetResult();
        await scraper;

        async Task Attack(int count)
        {
            for (var i = 0; i < count; i++)
                await connections.Serve(new DefaultConnectionContext(), _ => Task.CompletedTask);
        }
    }
}
