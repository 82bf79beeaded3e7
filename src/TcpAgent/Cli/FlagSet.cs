using System.CommandLine;

namespace TcpAgent.Cli;

/// <summary>The flags that are read into the same options, in the order of the help.</summary>
sealed class FlagSet<TOptions>(params IReadOnlyList<Flag<TOptions>> flags)
    where TOptions : new()
{
    internal IReadOnlyList<Flag<TOptions>> Flags => flags;

    internal void AddTo(Command command)
    {
        foreach (var flag in flags)
            command.Options.Add(flag.Option);
    }

    internal TOptions Read(ParseResult result, List<string> errors)
    {
        var options = new TOptions();
        foreach (var flag in flags)
            options = flag.Read(result, options, errors);
        return options;
    }

    /// <summary>The values in force and where they come from, without switches that are off.</summary>
    internal List<FlagSetting> Settings(ParseResult result)
    {
        var settings = new List<FlagSetting>();
        foreach (var flag in flags)
            if (flag.Effective(result) is { } setting)
                settings.Add(setting);
        return settings;
    }

    /// <summary>Runs a verb with the options, or prints every error in them and returns <see cref="CommandLine.Misused"/>.</summary>
    internal Task<int> With(ParseResult result, Func<TOptions, Task<int>> run)
    {
        var errors = new List<string>();
        var options = Read(result, errors);
        return errors.Count == 0 ? run(options) : Refuse(errors);
    }

    /// <summary>Does the same for a verb with flags of its own.</summary>
    internal Task<int> With<TOwn>(ParseResult result, FlagSet<TOwn> ownFlags, Func<TOptions, TOwn, Task<int>> run)
        where TOwn : new()
    {
        var errors = new List<string>();
        var options = Read(result, errors);
        var own = ownFlags.Read(result, errors);
        return errors.Count == 0 ? run(options, own) : Refuse(errors);
    }

    static Task<int> Refuse(List<string> errors)
    {
        foreach (var error in errors)
            CommandLine.Fail(error);
        return Task.FromResult(CommandLine.Misused);
    }
}
