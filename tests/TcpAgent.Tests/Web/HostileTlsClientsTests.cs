using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>As HostileClientsTests over TLS, where a connection costs more and can stall before its first request.</summary>
[Collection(nameof(Alone))]
[Trait("Category", "slow")]
public sealed class HostileTlsClientsTests : IAsyncLifetime, IDisposable
{
    readonly WebFolder _folder = new(WebFolder.TlsSection);
    readonly Stopwatch _clock = new();
    X509Certificate2 _certificate = null!;
    RunningAgent _agent = null!;
    double _samples;
    long _bytes;

    public async Task InitializeAsync()
    {
        _certificate = _folder.WriteServerCertificate();
        _agent = await RunningAgent.StartWith(_folder.ConfigFile, "https");
        await _agent.AssertServed();
        _samples = await _agent.Samples();
        _bytes = GC.GetTotalMemory(forceFullCollection: true);
        _clock.Start();
    }

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    public void Dispose()
    {
        _certificate.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task AThousandIdleConnectionsKeepNobodyOut()
    {
        var idle = new List<RawHttp>();
        var streams = new List<SslStream>();
        for (var i = 0; i < 1000; i++)
        {
            idle.Add(await RawHttp.Connect(_agent.Address.Port));
            streams.Add(new SslStream(new NetworkStream(idle[i].Socket)));
            await streams[i].AuthenticateAsClientAsync(Client());
            if (i % 100 == 0)
                await _agent.AssertServed();
        }
        await AssertBounded(idle);
        streams.ForEach(one => one.Dispose());
        idle.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task HandshakesThatStallKeepNobodyOutAndAreCutOffAfterTenSeconds()
    {
        // Silent, after five bytes, and after the whole ClientHello, which the agent has then answered.
        var hello = await Hello();
        byte[][] beginnings = [[], hello[..5], hello];
        var stalled = new List<RawHttp>();
        for (var i = 0; i < 3000; i++)
        {
            stalled.Add(await RawHttp.Connect(_agent.Address.Port));
            try
            {
                await stalled[i].Send(beginnings[i % 3]);
            }
            catch (SocketException)
            {
                // More than twice as many as are kept, for an instant: closed unserved.
            }
            if (i % 300 == 0)
                await _agent.AssertServed();
        }
        await AssertBounded(stalled);
        foreach (var one in stalled[^ConnectionLimits.WithClosing(ConnectionLimits.Tls)..])
            Assert.True(await one.IsClosed(seconds: 12), "a stalled handshake is still connected");
        await _agent.AssertServed();
        stalled.ForEach(one => one.Dispose());
    }

    /// <summary>The oldest are closed, what is kept is small, and neither scrapes nor samples were held up.</summary>
    async Task AssertBounded(List<RawHttp> opened)
    {
        await _agent.AssertServed();
        foreach (var one in opened[..^ConnectionLimits.WithClosing(ConnectionLimits.Tls)])
        {
            Assert.True(await one.IsClosed(seconds: 5), "more are open than are kept");

            // With the buffer of its last read.
            one.Dispose();
        }

        // The managed part, a thousand streams of the attacker's among it.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - _bytes, long.MinValue, 24 * 1024 * 1024);

        // Half of one each 0.1 s, for this process is the attacker too.
        Assert.True(await _agent.Samples() - _samples > _clock.Elapsed.TotalSeconds * 5);
    }

    static SslClientAuthenticationOptions Client() =>
        new() { TargetHost = "one", RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null };

    static async Task<byte[]> Hello()
    {
        using var sent = new MemoryStream();
        using var stream = new SslStream(sent);
        await Assert.ThrowsAnyAsync<IOException>(() => stream.AuthenticateAsClientAsync(Client()));
        return sent.ToArray();
    }
}
