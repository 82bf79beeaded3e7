namespace TcpAgent.Cli;

/// <summary>What a flag takes: how it is written, what its range is, and how it is read.</summary>
sealed record FlagValue<T>
{
    internal delegate bool Parser(string text, out T value);

    /// <summary>Stands for the value in help: N, DURATION. After DIR and FILE a shell completes paths.</summary>
    internal required string Placeholder { get; init; }

    /// <summary>What is accepted, with the range: ends the message "'x' is not ...". Empty: any text.</summary>
    internal string Expected { get; init; } = "";

    /// <summary>Every value there is, for a shell to complete. Empty: too many to list.</summary>
    internal string[] Choices { get; init; } = [];

    internal required Parser TryParse { get; init; }
}
