namespace TcpAgent.Web;

/// <summary>How many client connections are kept open, from the memory and the descriptors that they may take.</summary>
static class ConnectionLimits
{
    /// <summary>Maximum over plain HTTP, where an idle connection takes about 20 kB.</summary>
    internal const int Plain = 512;

    /// <summary>Maximum over TLS, where a connection takes about 100 kB, mostly in OpenSSL.</summary>
    internal const int Tls = 160;

    /// <summary>Maximum over the query socket, so that local users leave the descriptors and the memory to scrapers.</summary>
    internal const int Local = 16;

    /// <summary>Minimum, however little room there is.</summary>
    const int Least = 16;

    /// <summary>Heap bytes that one client can pin by sending maximal requests and never reading: headers, buffers, objects.</summary>
    const int PlainWorst = 96 * 1024;

    /// <summary>The same over TLS, including its buffers and the streams of HTTP/2.</summary>
    const int TlsWorst = 384 * 1024;

    /// <summary>
    /// Descriptors reserved for everything else: kernel files, libraries, and two for each thread that the runtime starts. The runtime
    /// aborts the process without those, so clients must never get the last ones.
    /// </summary>
    const int Reserved = 320;

    /// <summary>The maximum that is wanted, or what there is room for if that is lower.</summary>
    /// <param name="tls">Whether they are encrypted.</param>
    /// <param name="openFiles">The limit of open files.</param>
    /// <param name="room">
    /// Heap bytes for connections. The runtime aborts the process when one of its own threads finds no memory left.
    /// </param>
    internal static int For(bool tls, int openFiles, long room) => (int)Math.Clamp(
        Math.Min((openFiles - Reserved) / 2, room / WithClosing(tls ? TlsWorst : PlainWorst)), Least, tls ? Tls : Plain);

    /// <summary>The maximum of all connections, including those being closed; further ones wait in the kernel's queue.</summary>
    internal static int WithClosing(int kept) => 2 * kept;
}
