using System.CommandLine;

namespace TcpAgent.Cli;

/// <summary>A flag without a value. In the environment it is true or false.</summary>
sealed class Switch<TOptions> : Flag<TOptions>
{
    /// <summary>Returns the options with the switch on.</summary>
    internal required Func<TOptions, TOptions> Set { get; init; }

    /// <summary>Another switch that excludes this one.</summary>
    internal Switch<TOptions>? Excludes { get; init; }

    /// <summary>Whether help, man page, completion and docs omit it.</summary>
    internal bool IsHidden { get; init; }

    internal override string Expected => "true or false";

    internal override Option Option => Own;

    Option<bool> Own => field ??= new Option<bool>(Name) { Recursive = true, Description = Doc, Hidden = IsHidden };

    internal override TOptions Read(ParseResult result, TOptions options, List<string> errors)
    {
        if (!IsGiven(result) && Ambient is not ("" or "true" or "false" or "1" or "0"))
            errors.Add($"{Variable}: '{Ambient}' is not {Expected}");
        if (!IsOn(result))
            return options;
        if (Excludes is { } other && other.IsOn(result))
            errors.Add($"{Name} and {other.Name} cannot both be given");
        return Set(options);
    }

    internal override FlagSetting? Effective(ParseResult result) =>
        IsHidden || !IsOn(result) ? null : new FlagSetting(Name, "true", IsGiven(result) ? FlagSetting.Flag : Variable);

    bool IsGiven(ParseResult result) => result.GetResult(Own) is { Implicit: false };

    bool IsOn(ParseResult result) => IsGiven(result) ? result.GetValue(Own) : Ambient is "true" or "1";
}
