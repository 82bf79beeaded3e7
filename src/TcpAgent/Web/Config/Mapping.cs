namespace TcpAgent.Web.Config;

sealed record Mapping(int Line, int Column, List<(Scalar Key, Node Value)> Entries) : Node(Line, Column);
