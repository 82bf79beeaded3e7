namespace TcpAgent.Cli;

/// <param name="Name">The flag with its dashes.</param>
/// <param name="Value">The value in force, as it would be given; empty if there is none.</param>
/// <param name="Origin">Where it comes from: flag, the name of a variable, or default.</param>
readonly record struct FlagSetting(string Name, string Value, string Origin)
{
    internal const string Flag = "flag", Default = "default";
}
