using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

public class ClientConnectionsTests
{
    [Theory]
    [InlineData(false, 20_000, long.MaxValue, ConnectionLimits.Plain)]
    [InlineData(true, 20_000, long.MaxValue, ConnectionLimits.Tls)]
    [InlineData(false, 20_000, 32L << 20, 170)]
    [InlineData(true, 20_000, 32L << 20, 42)]
    [InlineData(false, 400, 32L << 20, 40)]
    [InlineData(true, 0, 0L, 16)]
    public void AsManyAreKeptAsFilesAndMemoryLeaveRoomFor(bool tls, int openFiles, long room, int kept) =>
        Assert.Equal(kept, ConnectionLimits.For(tls, openFiles, room));

    /// <summary>Clients at rest after an answer and such that wait for one: neither keep a new client out.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheNewestAreKept(bool areServed)
    {
        const int Kept = 16;
        var connections = new ClientConnections(Kept, () => { });
        var end = new TaskCompletionSource();
        var request = connections.Track(_ => areServed ? Task.CompletedTask : end.Task);
        var clients = Enumerable.Range(0, 3 * Kept).Select(_ => new Client()).ToArray();
        var served = clients.Select(client => connections.Serve(client, async connection =>
        {
            var features = new FeatureCollection(connection.Features);
            features.Set<IHttpResponseFeature>(new HttpResponseFeature());
            await request(new DefaultHttpContext(features));
            await end.Task;
        })).ToArray();
        Assert.All(clients[..^Kept], client => Assert.True(client.IsClosed));
        Assert.All(clients[^Kept..], client => Assert.False(client.IsClosed));
        end.SetResult();
        await Task.WhenAll(served);
    }

    /// <summary>What is accepted before it is looked at is memory too.</summary>
    [Fact]
    public async Task NoMoreAreAcceptedThanThereIsRoomFor()
    {
        var connections = new ClientConnections(kept: 16, () => { });
        await using var listener = new CrowdedListener();
        for (var i = 0; i < ConnectionLimits.WithClosing(16); i++)
            Assert.NotNull(await connections.Accept(listener, CancellationToken.None));
        var next = connections.Accept(listener, CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        await connections.Serve(new DefaultConnectionContext(), _ => Task.CompletedTask);
        Assert.NotNull(await next);

        using var stop = new CancellationTokenSource();
        var last = connections.Accept(listener, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => last);
    }

    /// <summary>Who is kept and who goes, HostileClientsTests tell.</summary>
    [Fact]
    public async Task MemoryIsGivenBackWhenOfManyFewAreLeft()
    {
        var times = 0;
        var connections = new ClientConnections(kept: 16, () => times++);
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

    sealed class Client : DefaultConnectionContext
    {
        internal bool IsClosed { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => IsClosed = true;
    }

    /// <summary>There is always one more.</summary>
    sealed class CrowdedListener : IConnectionListener
    {
        public EndPoint EndPoint => new IPEndPoint(IPAddress.Loopback, 9823);

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken) => new(new DefaultConnectionContext());

        public ValueTask UnbindAsync(CancellationToken cancellationToken) => default;

        public ValueTask DisposeAsync() => default;
    }
}
