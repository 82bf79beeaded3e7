using System.Numerics;
using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// Divides the client ports into parts and visits them in turn, far ones after each other, so that any few looks in a row are spread over
/// all ports: clients of one kind, such as one system or one NAT gateway, often have neighbouring ports.
/// </summary>
sealed class PortRotation
{
    /// <summary>Connections that a part should have. About twice as many are read at a look.</summary>
    internal const int PartSize = 256;

    /// <summary>A part of this host's ports must not be smaller than one port.</summary>
    const int MostParts = 16 * 1024;

    const double GoldenRatio = 0.618;

    int _part;

    /// <summary>A power of two, so that an odd step visits every part.</summary>
    internal int Parts { get; private set; } = 1;

    /// <param name="connections">How many connections there are.</param>
    /// <param name="ports">The ranges to divide.</param>
    internal PortWindow Next(long connections, ClientPorts ports)
    {
        // The number changes only if connections doubled or halved: a rotation that starts again is a worse sample.
        var wanted = (int)Math.Min(MostParts, BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, connections / PartSize)));
        if (wanted > Parts || wanted * 2 < Parts)
            (Parts, _part) = (wanted, _part % wanted);
        _part = (_part + ((int)(Parts * GoldenRatio) | 1)) % Parts;
        return PortWindow.Part(_part, Parts, ports);
    }
}
