namespace TcpAgent.Tests.Cli;

/// <summary>A value that a flag takes, and what its property is then.</summary>
/// <param name="Good">A text other than the default.</param>
/// <param name="Bad">A text that is refused; null for a flag that takes any text.</param>
/// <param name="Property">The property that the flag sets.</param>
/// <param name="Value">What the good text makes of it.</param>
sealed record FlagExample<TOptions>(string Good, string? Bad, Func<TOptions, object?> Property, object? Value);
