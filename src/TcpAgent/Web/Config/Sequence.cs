namespace TcpAgent.Web.Config;

sealed record Sequence(int Line, int Column, List<Node> Items) : Node(Line, Column);
