using System.Text;
using TcpAgent.Cli;

namespace TcpAgent.Tests.Cli;

/// <summary>Captures made from fixture sets, in a folder of the test's own, and the verbs that judge them.</summary>
sealed class CaptureRig : IDisposable
{
    readonly TempFolder _folder = new();

    /// <summary>A path in the rig's folder.</summary>
    internal string At(string name) => _folder.File(name);

    /// <summary>Copies a set to a folder, with an uptime in seconds and a boot time unless those are null. Returns the folder.</summary>
    internal string Capture(string name, string set = "linux-6.18", double? uptime = null, long? boot = 1_790_000_000)
    {
        foreach (var tree in (string[])["proc", "sys"])
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Fixtures.Root(set), tree), "*", SearchOption.AllDirectories))
            {
                var copy = At(Path.Combine(name, Path.GetRelativePath(Fixtures.Root(set), file)));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        if (uptime is { } seconds)
            File.WriteAllText(At($"{name}/proc/uptime"), FormattableString.Invariant($"{seconds:0.00} 1.00\n"));
        if (boot is { } time)
            File.WriteAllText(At($"{name}/proc/stat"), $"cpu  0 0 0 0\nbtime {time}\n");
        return At(name);
    }

    /// <summary>Adds to a counter of a file whose lines are names and then values.</summary>
    internal void Add(string file, string section, string counter, long more)
    {
        var lines = File.ReadAllLines(At(file));
        for (var i = 0; i + 1 < lines.Length; i++)
            if (lines[i].StartsWith($"{section}: ", StringComparison.Ordinal)
                && Array.IndexOf(lines[i].Split(' '), counter) is > 0 and var place)
            {
                var values = lines[i + 1].Split(' ');
                values[place] = $"{long.Parse(values[place], global::System.Globalization.CultureInfo.InvariantCulture) + more}";
                lines[i + 1] = string.Join(' ', values);
                File.WriteAllLines(At(file), lines);
                return;
            }
        Assert.Fail($"{file} has no {section} {counter}");
    }

    /// <summary>Runs why --from, or with --json.</summary>
    internal static Task<(int Exit, string Output, string Error)> Why(string from, bool isJson = false, string at = "") =>
        Why(new WhyOptions { From = [from], IsJson = isJson, At = at });

    internal static Task<(int Exit, string Output, string Error)> Why(WhyOptions why) =>
        Run(output => WhyCommand.Run(new AgentOptions(), why, output, static () => false, default));

    internal static Task<(int Exit, string Output, string Error)> Diff(string a, string b, bool isJson = false) => Run(output =>
        DiffCommand.Run(new AgentOptions(), new JsonOptions { IsJson = isJson }, a, b, TimeProvider.System, output));

    static async Task<(int Exit, string Output, string Error)> Run(Func<Stream, Task<int>> run)
    {
        var error = Console.Error;
        using var newError = new StringWriter();
        using var output = new MemoryStream();
        try
        {
            Console.SetError(newError);
            var exit = await run(output);
            return (exit, Encoding.UTF8.GetString(output.ToArray()), newError.ToString());
        }
        finally
        {
            Console.SetError(error);
        }
    }

    public void Dispose() => _folder.Dispose();
}
