using System.CommandLine;

namespace TcpAgent.Cli;

/// <summary>A flag without a value; in the environment true or false.</summary>
sealed class Switch(string name, string help, bool hidden = false)
{
    readonly Option<bool> _option = new(name) { Recursive = true, Description = help, Hidden = hidden };

    internal Option Option => _option;

    internal bool IsOn(ParseResult result, List<string> errors)
    {
        if (result.GetResult(_option) is { Implicit: false })
            return result.GetValue(_option);
        var variable = Environment.GetEnvironmentVariable(Flags.EnvironmentName(name));
        if (!string.IsNullOrEmpty(variable) && variable is not ("true" or "false" or "1" or "0"))
            errors.Add($"{Flags.EnvironmentName(name)}: '{variable}' is not true or false");
        return variable is "true" or "1";
    }
}
