namespace TcpAgent.Lab.Support;

/// <summary>The shipped unit, as text.</summary>
static class UnitFile
{
    /// <summary>What follows a setting's beginning, in each line of the unit that has it.</summary>
    internal static IEnumerable<string> Settings(string beginning) =>
        File.ReadLines(Repo.Path("packaging", "systemd", "tcp-agent.service"))
            .Where(line => line.StartsWith(beginning, StringComparison.Ordinal)).Select(line => line[beginning.Length..]);

    /// <summary>The environment that it gives the agent.</summary>
    internal static Dictionary<string, string> Environment() =>
        Settings("Environment=").Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
