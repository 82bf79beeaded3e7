namespace TcpAgent.Metrics;

/// <summary>What one kernel unit of a row is in base units; the slot keeps the kernel's own integer.</summary>
enum Scale
{
    One,

    /// <summary>Memory pages of the running kernel, exported as bytes.</summary>
    Pages,

    /// <summary>USER_HZ ticks, exported as seconds.</summary>
    ClockTicks,
    Milliseconds,
    Nanoseconds,
}
