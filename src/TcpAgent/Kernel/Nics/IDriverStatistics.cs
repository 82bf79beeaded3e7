namespace TcpAgent.Kernel.Nics;

/// <summary>The statistics that a driver names itself. Another implementation has recorded ones in tests.</summary>
interface IDriverStatistics : IDisposable
{
    /// <summary>Reads all of a device: 0 or the errno.</summary>
    /// <param name="device">Its name.</param>
    /// <param name="names"><see cref="StatisticNames.Length"/> bytes each; valid until the next call, as the values are.</param>
    /// <param name="values">A u64 for each.</param>
    int Read(ReadOnlySpan<byte> device, out ReadOnlySpan<byte> names, out ReadOnlySpan<byte> values);

    /// <summary>Closes the descriptor.</summary>
    void Close();
}
