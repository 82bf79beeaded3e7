namespace TcpAgent.Resources;

/// <summary>Counts packets of one kind by kernel counters, from tick to tick.</summary>
interface IPacketCount
{
    /// <summary>The total, as far as the kernel counts it; absent where the kernel has no such counter.</summary>
    long Total { get; }

    /// <summary>The number since the previous tick, 0 at the first.</summary>
    long Increase { get; }

    void Update();
}
