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
/// Kestrel with explicit limits; <see cref="ClientConnections"/> limits connections. A slow or hostile client may lose its own scrape, but
/// affects nothing else.
/// </summary>
static class Server
{
    /// <summary>
    /// Bytes of headers and of anything else that a client may send before its response. Cookies of an authenticating proxy can be 12 kB.
    /// </summary>
    const int MostRead = 16 * 1024;

    /// <param name="host">What to configure.</param>
    /// <param name="addresses">Addresses to listen on, unless systemd passes sockets.</param>
    /// <param name="systemdSocket">Whether systemd passes them.</param>
    /// <param name="config">TLS; null for plain HTTP.</param>
    /// <param name="web">Room for clients over TCP.</param>
    /// <param name="query">The bound query socket; null for none.</param>
    /// <param name="local">Room for clients over the query socket.</param>
    internal static void Configure(
        IWebHostBuilder host, IReadOnlyList<IPEndPoint> addresses, bool systemdSocket, LiveConfig? config, ClientConnections web,
        Socket? query, ClientConnections local) =>
        host.UseKestrelCore().UseSockets(transport =>
        {
            // Limits the read-ahead of the request parser, which is 1 MiB by default whatever the limits below are.
            transport.MaxReadBufferSize = MostRead;
            transport.MaxWriteBufferSize = Respond.Slice;
            transport.CreateBoundListenSocket =
                endpoint => query is not null && endpoint is UnixDomainSocketEndPoint ? query : Bind(endpoint);
        }).ConfigureServices(services =>
        {
            services.AddSingleton<IMemoryPoolFactory<byte>, SharedMemory>();
            services.AddSingleton<IConnectionListenerFactory>(
                provider => new AcceptGate(ActivatorUtilities.CreateInstance<SocketTransportFactory>(provider), web, local));
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

            // The timeout is longer than a scrape interval of a minute, so that a scraper keeps its connection.
            limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);

            // This rate transfers a large exposition in the ten seconds that a scraper waits.
            limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 32 * 1024, gracePeriod: TimeSpan.FromSeconds(5));
            limits.MaxResponseBufferSize = Respond.Slice;

            // HTTP/2 is offered only with TLS, whose handshake negotiates it per connection.
            limits.Http2.MaxStreamsPerConnection = 4;
            limits.Http2.MaxRequestHeaderFieldSize = 8 * 1024;
            limits.Http2.InitialConnectionWindowSize = 64 * 1024;
            limits.Http2.InitialStreamWindowSize = 64 * 1024;
            kestrel.ConfigureEndpointDefaults(endpoint =>
            {
                var isLocal = endpoint.SocketPath is not null;
                endpoint.Use(next => connection => (isLocal ? local : web).Serve(connection, next));
                endpoint.Protocols = HttpProtocols.Http1;
                if (config is { HasTls: true } && !isLocal)
                    UseTls(endpoint, config);
            });
            if (systemdSocket)
                kestrel.UseSystemd();
            else
                foreach (var address in addresses)
                    Listen(kestrel, address);
            if (query is not null)
                kestrel.ListenUnixSocket($"{query.LocalEndPoint}");
        });

    /// <summary>
    /// Accepted connections inherit this buffer size. Without it the kernel would let unread data of each client grow to tcp_wmem's 4 MiB.
    /// </summary>
    static Socket Bind(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        socket.SendBufferSize = 128 * 1024;
        return socket;
    }

    /// <summary>This is a separate method so that without TLS its libraries, 2 MB, are not loaded.</summary>
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
