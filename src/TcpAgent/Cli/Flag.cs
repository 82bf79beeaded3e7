using System.CommandLine;
using System.CommandLine.Parsing;

namespace TcpAgent.Cli;

/// <summary>
/// One flag. What is not given is taken from the environment (TCPAGENT_WEB_LISTEN_ADDRESS for --web.listen-address), then from
/// the default; all three pass the same check.
/// </summary>
sealed class Flag<T>
{
    internal delegate bool Check(string text, out T value);

    /// <summary>How what is expected begins where the values can be listed; a shell completes them.</summary>
    const string Choice = "one of ";

    readonly Option<string[]> _option;
    readonly string _fallback;
    readonly string _expected;
    readonly Check _check;
    readonly bool _repeatable;

    internal Flag(string name, string unit, string fallback, string help, string expected, Check check, bool repeatable = false)
    {
        (_fallback, _expected, _check, _repeatable) = (fallback, expected, check, repeatable);
        _option = new Option<string[]>(name)
        {
            Recursive = true,
            HelpName = unit,
            Description = fallback.Length == 0 ? help : $"{help} [default: {fallback}]",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        if (expected.StartsWith(Choice, StringComparison.Ordinal))
            _option.CompletionSources.Add(expected[Choice.Length..].Split(", "));
    }

    internal Option Option => _option;

    internal T One(ParseResult result, List<string> errors) => Many(result, errors)[^1];

    internal T[] Many(ParseResult result, List<string> errors)
    {
        if (result.GetResult(_option) is { Implicit: false } given)
            return Parse(_option.Name, given.Tokens, errors);
        var variable = Environment.GetEnvironmentVariable(Flags.EnvironmentName(_option.Name));
        return string.IsNullOrEmpty(variable)
            ? [Parse(_option.Name, _fallback, errors)]
            : Array.ConvertAll(_repeatable ? variable.Split(',') : [variable], text => Parse(Flags.EnvironmentName(_option.Name), text, errors));
    }

    T[] Parse(string from, IReadOnlyList<Token> tokens, List<string> errors)
    {
        if (tokens.Count > 1 && !_repeatable)
            errors.Add($"{from}: given {tokens.Count} times, expected once");
        var values = new T[tokens.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Parse(from, tokens[i].Value, errors);
        return values;
    }

    T Parse(string from, string text, List<string> errors)
    {
        if (!_check(text, out var value))
            errors.Add($"{from}: '{text}' is not {_expected}");
        return value;
    }
}
