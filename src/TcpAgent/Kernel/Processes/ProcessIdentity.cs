namespace TcpAgent.Kernel.Processes;

/// <summary>
/// What no two processes of a host have in common: the PID, which is used again, and the time of the start in clock ticks after the boot.
/// </summary>
readonly record struct ProcessIdentity(int Pid, long StartTime);
