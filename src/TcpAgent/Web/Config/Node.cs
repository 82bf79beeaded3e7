namespace TcpAgent.Web.Config;

/// <summary>A piece of the file and where it begins, 1-based.</summary>
abstract record Node(int Line, int Column);
