using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>One way to read the devices; there are two.</summary>
interface IDeviceReader : IDisposable
{
    string Mode { get; }

    /// <summary>Fills the table, one instance per device, at most <see cref="Devices.MaxJudged"/>; counts the others.</summary>
    ReadStatus Read(Table table, in Tick tick, out int unjudged);

    void Reopen();
}
