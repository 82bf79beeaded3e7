namespace TcpAgent.History;

/// <param name="Name">Address and port.</param>
/// <param name="Queue">Connections that wait to be accepted.</param>
/// <param name="Limit">How many may; absent where the kernel does not tell.</param>
/// <param name="SynRecv">Half-open connections.</param>
/// <param name="IsLate">Its connections waited so long to be accepted that it harmed.</param>
readonly record struct ListenerFigures(string Name, long Queue, long Limit, long SynRecv, bool IsLate);
