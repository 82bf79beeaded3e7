namespace TcpAgent.Resources;

/// <summary>Counts packets of one kind by kernel counters, from tick to tick.</summary>
interface IPacketCount
{
    /// <summary>All of them, as far as the kernel tells; absent where it counts nothing of it.</summary>
    long Total { get; }

    /// <summary>Those since the tick before, 0 at the first.</summary>
    long Increase { get; }

    void Update();
}
