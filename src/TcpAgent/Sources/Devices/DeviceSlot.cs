namespace TcpAgent.Sources;

/// <summary>Places in <see cref="Devices.Rows"/>.</summary>
enum DeviceSlot
{
    ReceiveBytes,
    ReceivePackets,
    ReceiveErrors,
    ReceiveDropped,
    ReceiveMissed,
    ReceiveFifoErrors,
    ReceiveNoHandler,
    ReceiveDroppedOrMissed,
    TransmitBytes,
    TransmitPackets,
    TransmitErrors,
    TransmitDropped,
    Promiscuous,
    TransmitQueueLength,
}
