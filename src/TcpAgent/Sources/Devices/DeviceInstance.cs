using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>A network device by its name, which need not be UTF-8.</summary>
class DeviceInstance(byte[] name) : Instance(Label.Text(name), ("device", Label.Text(name)))
{
    internal byte[] Name { get; } = name;
}
