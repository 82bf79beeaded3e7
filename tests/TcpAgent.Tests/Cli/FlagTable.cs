using System.CommandLine;
using TcpAgent.Cli;

namespace TcpAgent.Tests.Cli;

/// <summary>The flags of a command, and an example of each.</summary>
sealed class FlagTable<TOptions>(Func<FlagSet<TOptions>> create, Dictionary<string, FlagExample<TOptions>> examples) : IFlagTable
    where TOptions : new()
{
    public IEnumerable<string> Names => create().Flags.Where(flag => !flag.Option.Hidden).Select(flag => flag.Name);

    public void TakesAGoodValue(string name)
    {
        var example = Example(name);
        var (options, errors) = Read($"{name}={example.Good}");
        Assert.Empty(errors);
        Assert.Equal(example.Value, example.Property(options));
        Assert.NotEqual(example.Value, example.Property(new TOptions()));
    }

    public void TakesAGoodValueOfTheEnvironment(string name)
    {
        var example = Example(name);
        var (options, errors) = ReadWith(Flag(name).Variable, example.Good);
        Assert.Empty(errors);
        Assert.Equal(example.Value, example.Property(options));
    }

    public void RefusesABadValue(string name)
    {
        var (flag, bad) = (Flag(name), Example(name).Bad);
        Assert.Equal(flag.Expected.Length == 0, bad is null);
        if (bad is null)
            return;
        Assert.Single(Read($"{name}={bad}").Errors);

        // An empty variable counts as none.
        if (bad.Length > 0)
            Assert.Equal($"{flag.Variable}: '{bad}' is not {flag.Expected}", Assert.Single(ReadWith(flag.Variable, bad).Errors));
    }

    public void HasTheDefaultOfItsProperty(string name)
    {
        var property = Example(name).Property;
        Assert.Equal(property(new TOptions()), property(Read().Options));
    }

    Flag<TOptions> Flag(string name) => create().Flags.Single(flag => flag.Name == name);

    FlagExample<TOptions> Example(string name)
    {
        Assert.True(examples.TryGetValue(name, out var example), $"{name} has no example here");
        return example!;
    }

    (TOptions Options, string[] Errors) ReadWith(string variable, string text)
    {
        try
        {
            Environment.SetEnvironmentVariable(variable, text);
            return Read();
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    (TOptions Options, string[] Errors) Read(params string[] args)
    {
        var (root, flags) = (new RootCommand(), create());
        flags.AddTo(root);
        var result = root.Parse(args);
        if (result.Errors.Count > 0)
            return (new TOptions(), [.. result.Errors.Select(error => error.Message)]);
        var errors = new List<string>();
        return (flags.Read(result, errors), [.. errors]);
    }
}
