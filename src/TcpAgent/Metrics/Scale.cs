namespace TcpAgent.Metrics;

/// <summary>The size of one kernel unit of a row in base units; the slot keeps the kernel's own integer.</summary>
enum Scale
{
    One,

    /// <summary>Memory pages of the running kernel, exported as bytes.</summary>
    Pages,

    /// <summary>USER_HZ ticks, exported as seconds.</summary>
    ClockTicks,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}
