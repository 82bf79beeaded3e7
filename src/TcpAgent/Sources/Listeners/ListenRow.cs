using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>One listening socket as a table shows it; what the table does not tell is <see cref="KernelValue.Absent"/>.</summary>
readonly record struct ListenRow(Endpoint Local, ulong Id, long Length, long Limit, long Drops);
