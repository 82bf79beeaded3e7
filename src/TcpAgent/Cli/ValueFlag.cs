using System.CommandLine;

namespace TcpAgent.Cli;

/// <summary>A flag with a value. Values from the command line, the environment and the default pass the same check.</summary>
sealed class ValueFlag<TOptions, T> : Flag<TOptions>
{
    internal required FlagValue<T> Value { get; init; }

    /// <summary>Returns the options with the value. Called for each value of a repeatable flag.</summary>
    internal required Func<TOptions, T, TOptions> Set { get; init; }

    /// <summary>Whether it may be given several times; the environment separates its values by commas.</summary>
    internal bool IsRepeatable { get; init; }

    /// <summary>A short form of the name, such as -o; null for none.</summary>
    internal string? Alias { get; init; }

    /// <summary>The value used when none is given. Null: the options stay as they are.</summary>
    internal string? Default { get; init; }

    internal override string DefaultDoc
    {
        get => Default ?? base.DefaultDoc;
        init => base.DefaultDoc = value;
    }

    internal override string Expected => Value.Expected;

    internal override Option Option => Texts;

    Option<string[]> Texts => field ??= Create();

    internal override TOptions Read(ParseResult result, TOptions options, List<string> errors)
    {
        var (origin, texts) = Find(result);
        var place = origin == Variable ? Variable : Name;
        if (texts.Length > 1 && !IsRepeatable)
            errors.Add($"{place}: given {texts.Length} times, expected once");
        foreach (var text in texts)
            if (Value.TryParse(text, out var value))
                options = Set(options, value);
            else
                errors.Add($"{place}: '{text}' is not {Expected}");
        return options;
    }

    internal override FlagSetting? Effective(ParseResult result)
    {
        var (origin, texts) = Find(result);
        return new FlagSetting(Name, string.Join(",", texts), origin);
    }

    (string Origin, string[] Texts) Find(ParseResult result)
    {
        if (result.GetResult(Texts) is { Implicit: false })
            return (FlagSetting.Flag, result.GetValue(Texts)!);
        if (Ambient.Length > 0)
            return (Variable, IsRepeatable ? Ambient.Split(',') : [Ambient]);
        return (FlagSetting.Default, Default is null ? [] : [Default]);
    }

    Option<string[]> Create()
    {
        var option = new Option<string[]>(Name)
        {
            Recursive = true,
            HelpName = Value.Placeholder,
            Description = DefaultDoc.Length == 0 ? Doc : $"{Doc} [default: {DefaultDoc}]",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        if (Alias is not null)
            option.Aliases.Add(Alias);
        if (Value.Choices.Length > 0)
            option.CompletionSources.Add(Value.Choices);
        return option;
    }
}
