using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>One way to read the devices; there are two.</summary>
interface IDeviceReader : IDisposable
{
    string Mode { get; }

    /// <summary>Fills the table, one instance per device, at most <see cref="Devices.MaxJudged"/>; counts the others.</summary>
    ReadStatus Read(Table table, in Tick tick, out int unjudged);

    /// <summary>
    /// Veth devices whose other end is in another network namespace; <see cref="KernelValue.Absent"/> where that cannot be read.
    /// </summary>
    long VethsToElsewhere { get; }

    void Reopen();
}
