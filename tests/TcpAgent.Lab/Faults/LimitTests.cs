using System.Globalization;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Faults;

/// <summary>Limits set by what starts the agent, such as the unit, are in force in the shipped executable, or the log says so.</summary>
[Trait("Category", "live")]
public class LimitTests
{
    const string HeapLimit = "DOTNET_GCHeapHardLimit";

    [SkippableFact]
    public async Task TheHeapLimitOfTheUnitIsInForce()
    {
        var environment = UnitFile.Environment();
        await using var agent = await Start(environment);
        var limit = long.Parse(environment[HeapLimit], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) >> 20;
        Assert.Equal(1, agent.Said($"heap_limit=\"{limit} MiB\""));
        Assert.Equal(0, agent.Said("has no effect"));
    }

    [SkippableTheory]
    [InlineData("0x4000000")]
    [InlineData("64M")]
    public async Task AHeapLimitThatTheRuntimeDoesNotReadIsReported(string value)
    {
        await using var agent = await Start(new Dictionary<string, string> { [HeapLimit] = value });
        Assert.Equal(1, agent.Said($"{HeapLimit}={value} has no effect"));
    }

    [SkippableFact]
    [Trait("Category", "root")]
    public async Task TheSoftLimitOfDescriptorsIsRaisedToTheHardOne()
    {
        Require.Root();
        var prlimit = Require.Tool("prlimit", "util-linux");
        await using var agent = await Victim.StartBy(
            (file, arguments, _) => Child.Start(prlimit, ["--nofile=1024:20000", file, .. arguments]));
        Assert.Equal(20_000, (await agent.Metrics())["process_max_fds"]);
        Assert.Equal(1, agent.Said("open_files=20000"));
    }

    static Task<Victim> Start(Dictionary<string, string> environment) =>
        Victim.StartBy((file, arguments, _) => Child.Start(file, arguments, environment));
}
