using System.Text.Json;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>What --what-if says of a limit, against the same load under that limit.</summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class WhatIfTests
{
    const int Clients = 40;

    /// <summary>
    /// What the agent says while an application that asks for a long queue does not accept. The clients come at once; those that are turned
    /// away try again after 1, 2 and 4 seconds, so a watch of five seconds sees some.
    /// </summary>
    static async Task<JsonElement> Watch(int limit, Signal awaited, int atLeast, params string[] arguments)
    {
        await using var stage = await Stage.Create(seconds: 60);
        await Stage.Set(stage.Server, $"net.core.somaxconn={limit}");
        await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8080", "500");
        stage.Start(stage.Client, Kind.Burst, Stage.Server4, "8080", $"{Clients}");
        await TrafficProgram.Run(stage.Server, Kind.UntilCounted, awaited.Kernel, $"{atLeast}");
        var (file, all) = AgentProgram.Command(["why", "--json", "--for=5s", .. arguments]);
        var (_, output) = await stage.Server.RunAny(file, all);
        return JsonDocument.Parse(output).RootElement;
    }

    [SkippableFact]
    public async Task ALimitThatIsSaidToBeEnoughIs()
    {
        string[] supposed = ["--what-if=net.core.somaxconn=1000", "--what-if=net.core.somaxconn=6", "--what-if=net.core.somaxconn=3"];
        var before = await Watch(4, Signals.Overflows, 1, supposed);
        var answers = before.GetProperty("what_if").EnumerateArray()
            .Where(one => one.GetProperty("resource").GetString() == "accept_queue").ToArray();
        Assert.Equal(["enough", "perhaps", "no_better"], answers.Select(one => one.GetProperty("outcome").GetString()));
        var atMost = answers[0].GetProperty("at_most").GetInt64();
        Assert.Equal(5 + before.Resource("accept_queue").GetProperty("losses").GetInt64(), atMost);

        var after = (await Watch(1000, Signals.Established, Clients)).Resource("accept_queue");
        Assert.Equal(0, after.GetProperty("losses").GetInt64());
        Assert.InRange(after.GetProperty("peak").GetInt64(), Clients, atMost);
    }
}
