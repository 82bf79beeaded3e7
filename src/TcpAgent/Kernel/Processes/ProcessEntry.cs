namespace TcpAgent.Kernel.Processes;

/// <summary>
/// A process in the list of /proc. The kernel gives a directory of /proc a new inode when another process gets the PID (fs/proc/base.c,
/// proc_pid_make_inode), so both together tell processes apart at no cost. It may also renew the inode of the same process.
/// </summary>
readonly record struct ProcessEntry(int Pid, ulong Inode);
