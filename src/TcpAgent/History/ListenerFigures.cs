namespace TcpAgent.History;

/// <param name="Name">Address and port.</param>
/// <param name="Queue">Connections that wait to be accepted.</param>
/// <param name="Limit">How many may wait; absent where the kernel does not report it.</param>
/// <param name="SynRecv">Half-open connections.</param>
/// <param name="IsLate">Connections waited in its queue long enough to do harm.</param>
readonly record struct ListenerFigures(string Name, long Queue, long Limit, long SynRecv, bool IsLate);
