using SharpFuzz;
using TcpAgent.Fuzz;

Coverage.Begin();

// instrument: rewrites the agent's assembly beside this one, once after each build.
// seeds FOLDER: writes a first corpus, made from tests/fixtures.
// list: the targets.
// Anything else is an argument of libFuzzer. FUZZ_TARGET names the target, because libFuzzer restarts this program to merge corpora.
switch (args)
{
    case ["instrument"]:
        var types = Fuzzer.Instrument(
            Path.Combine(AppContext.BaseDirectory, "tcp-agent.dll"), name =>
                name.StartsWith("TcpAgent.", StringComparison.Ordinal), Options.Value);
        Console.WriteLine($"{types.Count()} types instrumented");
        return 0;
    case ["seeds", var folder]:
        Seeds.Write(folder);
        return 0;
    case ["list"]:
        Console.WriteLine(string.Join('\n', FuzzTargets.Names));
        return 0;
    default:
        var name = Environment.GetEnvironmentVariable("FUZZ_TARGET") ?? "";
        if (!FuzzTargets.Names.Contains(name))
        {
            Console.Error.WriteLine($"FUZZ_TARGET must be one of: {string.Join(' ', FuzzTargets.Names)}");
            return 1;
        }
        return LibFuzzer.Run(args, input => FuzzTargets.Run(name, input));
}
