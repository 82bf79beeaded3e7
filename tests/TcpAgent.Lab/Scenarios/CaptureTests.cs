using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>A capture taken as docs/captures.md says, by a shell alone: its verdict is that of then, long after.</summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class CaptureTests
{
    const string Begins = "capture=/tmp/capture-$(hostname)\n", Fence = "```\n";

    /// <summary>The commands of the page, which write below a folder of the test's.</summary>
    static string Script(string folder)
    {
        var page = File.ReadAllText(Repo.Path("docs", "captures.md"));
        var rest = page[(page.IndexOf(Begins, StringComparison.Ordinal) + Begins.Length)..];
        return $"capture={folder}\n{rest[..rest.IndexOf(Fence, StringComparison.Ordinal)]}";
    }

    static Task<(int Code, string Output)> Why(string path)
    {
        var (file, arguments) = AgentProgram.Command("why", "--from", path);
        return Child.RunAny(file, arguments);
    }

    [SkippableFact]
    public async Task ACaptureOfAnOverloadHasTheVerdictOfThen()
    {
        await using var stage = await Stage.Create(seconds: 60);
        await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, "8080", "4");
        stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", "60");
        await TrafficProgram.Run(stage.Server, Kind.UntilCounted, Signals.Overflows.Kernel, "10");

        // Between the two moments it waits for ten losses in place of five seconds.
        var (file, arguments) = TrafficProgram.Command(Kind.UntilCounted, Signals.Overflows.Kernel, "$((lost + 10))");
        var wait =
            "sleep() { lost=$(awk '/^TcpExt/ { if (n) print $n; for (i = 1; i <= NF; i++) if ($i == \"ListenOverflows\") n = i }' "
            + $"$capture/1/proc/net/netstat); {string.Join(' ', (string[])[file, .. arguments])} >&2; }}\n";
        await stage.Server.Run("sh", "-c", wait + Script(stage.PathOf("capture")));
        await stage.EndTraffic();
        foreach (var path in (string[])[stage.PathOf("capture"), stage.PathOf("capture.tar.gz")])
        {
            var (code, output) = await Why(path);
            var text = output.ReplaceLineEndings(" ");
            Assert.Equal(2, code);
            Assert.StartsWith($"capture {path}, two moments ", text, StringComparison.Ordinal);
            Assert.Contains($"LIMITING: accept_queue of {Stage.Server4}:8080 (moments ", text, StringComparison.Ordinal);
            Assert.Matches(@"\(moments .*; now 5, [0-9]+ lost\)", text);
            Assert.DoesNotContain("warning:", text, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task ACaptureOfAnIdleNamespaceIsOk()
    {
        await using var stage = await Stage.Create();
        await stage.Server.Run("sh", "-c", Script(stage.PathOf("capture")));
        var (code, output) = await Why(stage.PathOf("capture"));
        Assert.Equal(0, code);
        Assert.Contains("OK: no queue or table limits traffic (moments ", output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain("warning:", output, StringComparison.Ordinal);
    }
}
