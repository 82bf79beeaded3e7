using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using TcpAgent.Web.Config;

namespace TcpAgent.Web;

/// <summary>
/// Kestrel, with every limit said but that of connections, which is <see cref="Connections"/>': a slow or hostile client may lose its own
/// scrape, nothing else.
/// </summary>
static class Server
{
    /// <summary>
    /// Bytes of headers, and of what else a client sends before it is answered. Cookies of a proxy that asks for a login can be 12 kB.
    /// </summary>
    const int MostRead = 16 * 1024;

    internal static void Configure(
        IWebHostBuilder host, IReadOnlyList<IPEndPoint> addresses, bool systemdSocket, LiveConfig? config, Connections connections) =>
        host.UseKestrelCore().UseSockets(static transport =>
        {
            // What is read ahead of the requests' parser: by default 1 MiB, whatever the limits below are.
            transport.MaxReadBufferSize = MostRead;
            transport.MaxWriteBufferSize = Respond.Slice;
            transport.CreateBoundListenSocket = Bind;
        }).ConfigureServices(services =>
        {
            services.AddSingleton<IMemoryPoolFactory<byte>, SharedMemory>();
            services.AddSingleton<IConnectionListenerFactory>(
                provider => new AcceptGate(ActivatorUtilities.CreateInstance<SocketTransportFactory>(provider), connections));
        }).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            var limits = kestrel.Limits;
            limits.MaxConcurrentUpgradedConnections = 0;
            limits.MaxRequestBodySize = 0;
            limits.MaxRequestLineSize = MostRead / 2;
            limits.MaxRequestHeadersTotalSize = MostRead;
            limits.MaxRequestHeaderCount = 64;
            limits.MaxRequestBufferSize = MostRead;
            limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

            // Longer than a scrape interval of a minute, so that a scraper keeps its connection.
            limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);

            // A large exposition in the ten seconds that a scraper waits.
            limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 32 * 1024, gracePeriod: TimeSpan.FromSeconds(5));
            limits.MaxResponseBufferSize = Respond.Slice;

            // Only with TLS, whose handshake says per connection whether HTTP/2 is offered.
            limits.Http2.MaxStreamsPerConnection = 4;
            limits.Http2.MaxRequestHeaderFieldSize = 8 * 1024;
            limits.Http2.InitialConnectionWindowSize = 64 * 1024;
            limits.Http2.InitialStreamWindowSize = 64 * 1024;
            kestrel.ConfigureEndpointDefaults(endpoint =>
            {
                endpoint.Use(next => connection => connections.Serve(connection, next));
                endpoint.Protocols = HttpProtocols.Http1;
                if (config is { HasTls: true })
                    UseTls(endpoint, config);
            });
            if (systemdSocket)
                kestrel.UseSystemd();
            else
                foreach (var address in addresses)
                    Listen(kestrel, address);
        });

    /// <summary>
    /// Accepted connections inherit it: the kernel would let each grow to tcp_wmem's 4 MiB of what its client does not read.
    /// </summary>
    static Socket Bind(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        socket.SendBufferSize = 128 * 1024;
        return socket;
    }

    /// <summary>A method of its own, so that without TLS none of its libraries are loaded, which are 2 MB.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void UseTls(ListenOptions endpoint, LiveConfig config)
    {
        endpoint.Protocols = HttpProtocols.Http1AndHttp2;
        endpoint.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            OnConnection = _ => new(config.Fresh().Tls!.Options()),
        });
    }

    static void Listen(KestrelServerOptions kestrel, IPEndPoint address)
    {
        if (address.Address.Equals(IPAddress.IPv6Any))
            kestrel.ListenAnyIP(address.Port);
        else
            kestrel.Listen(address);
    }
}
