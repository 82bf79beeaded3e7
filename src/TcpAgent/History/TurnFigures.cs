namespace TcpAgent.History;

/// <summary>A resource's figures at the moment when its state changed.</summary>
readonly record struct TurnFigures(long State, long Used, long Limit);
