namespace TcpAgent.Cli;

/// <summary>The value of a flag: its notation, its range, and its parser.</summary>
sealed record FlagValue<T>
{
    internal delegate bool Parser(string text, out T value);

    /// <summary>Stands for the value in help: N, DURATION. For DIR and FILE a shell completes paths.</summary>
    internal required string Placeholder { get; init; }

    /// <summary>The accepted values with their range; completes the message "'x' is not ...". Empty: any text.</summary>
    internal string Expected { get; init; } = "";

    /// <summary>All possible values, for shell completion. Empty: too many to list.</summary>
    internal string[] Choices { get; init; } = [];

    internal required Parser TryParse { get; init; }
}
