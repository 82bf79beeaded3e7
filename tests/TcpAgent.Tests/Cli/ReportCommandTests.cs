using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace TcpAgent.Tests.Cli;

/// <summary>One file for a ticket, with the agent's help and without.</summary>
[Collection("console")]
[Trait("Category", "slow")]
public sealed class ReportCommandTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static Dictionary<string, string> Read(string path)
    {
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        var files = new Dictionary<string, string>();
        while (tar.GetNextEntry() is { } entry)
        {
            Assert.Equal(TarEntryType.RegularFile, entry.EntryType);
            var parts = entry.Name.Split('/', 2);
            Assert.Matches("^tcp-agent-report-[0-9]{8}T[0-9]{6}Z$", parts[0]);
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
            files.Add(parts[1], reader.ReadToEnd());
        }
        return files;
    }

    string[] Arguments(int port, params string[] more) =>
        ["report", "-o", Path.Combine(_folder, "r.tar.gz"), $"--web.listen-address=127.0.0.1:{port}",
            $"--path.procfs={Fixtures.Proc("linux-6.18")}", $"--path.sysfs={Fixtures.Sys("linux-6.18")}", .. more];

    [Fact]
    public async Task WithAnAgentItHasWhatTheAgentKnows()
    {
        await using var agent = await RunningAgent.OverFixture("linux-6.18", historyFile: Path.Combine(_folder, "history.ring"));
        await HasHistory(agent);
        var (exit, output, _) = CommandLineTests.Run(Arguments(agent.Address.Port));
        Assert.Equal(0, exit);
        Assert.StartsWith(Path.Combine(_folder, "r.tar.gz"), output, StringComparison.Ordinal);
        var files = Read(Path.Combine(_folder, "r.tar.gz"));
        string[] expected =
        [
            "version.txt", "flags.txt", "host.txt", "settings.txt", "proc/net/netstat", "agent/status.json", "agent/log.txt",
            "agent/why.json", "agent/metrics.txt", "agent/history.json", "agent/incidents.json", "local/why.txt", "local/why.json",
            "local/metrics.txt", "local/sources.txt", "README.txt",
        ];
        Assert.Empty(expected.Except(files.Keys));
        Assert.DoesNotContain("Missing", files["README.txt"], StringComparison.Ordinal);
        Assert.Contains("tcpagent_tcp_listen_drops_total 293\n", files["agent/metrics.txt"], StringComparison.Ordinal);
        Assert.Contains("tcpagent_tcp_listen_drops_total 293\n", files["local/metrics.txt"], StringComparison.Ordinal);
        Assert.Matches("(?m)^net.core.somaxconn = [0-9]+$", files["settings.txt"]);
        Assert.True(JsonDocument.Parse(files["agent/history.json"]).RootElement.GetProperty("records").GetArrayLength() > 0);
        Assert.Equal(File.ReadAllText($"{Fixtures.Proc("linux-6.18")}/net/netstat"), files["proc/net/netstat"]);
        Assert.Contains("--path.procfs", files["flags.txt"], StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "r.tar.gz")));
    }

    static async Task HasHistory(RunningAgent agent)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!(await agent.Client.GetAsync("/api/v1/history")).IsSuccessStatusCode)
        {
            Assert.True(DateTime.UtcNow < deadline, "no history within 20 s");
            await Task.Delay(100);
        }
    }

    [Fact]
    public void WithoutAnAgentItSaysSoAndHasWhatCanBeSeen()
    {
        Assert.Equal(0, CommandLineTests.Run(Arguments(Ports.Free())).Exit);
        var files = Read(Path.Combine(_folder, "r.tar.gz"));
        Assert.DoesNotContain(files.Keys, name => name.StartsWith("agent/", StringComparison.Ordinal));
        Assert.Contains("Missing: no agent answers at 127.0.0.1:", files["README.txt"], StringComparison.Ordinal);
        Assert.Contains("\"verdict\":", files["local/why.json"], StringComparison.Ordinal);
    }

    [Fact]
    public void RedactedItHasNoAddressOfTheHost()
    {
        Assert.Contains("10.", string.Concat(Read(Written()).Values), StringComparison.Ordinal);
        var (exit, output, _) = CommandLineTests.Run(
            [.. Arguments(Ports.Free(), "--redact").Select(word => word.Replace("r.tar.gz", "redacted.tar.gz", StringComparison.Ordinal))]);
        Assert.Equal(0, exit);
        Assert.Contains(" addresses replaced", output, StringComparison.Ordinal);
        var files = Read(Path.Combine(_folder, "redacted.tar.gz"));
        var metrics = files["local/metrics.txt"];
        Assert.Contains("address=\"ipv4-", metrics, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"address=""(?!127\.|0\.0\.0\.0)[0-9]+\.[0-9]+\.", metrics);
        Assert.DoesNotMatch("\\b(fe80|2001):", metrics);
    }

    string Written()
    {
        Assert.Equal(0, CommandLineTests.Run(Arguments(Ports.Free())).Exit);
        return Path.Combine(_folder, "r.tar.gz");
    }

    [Fact]
    public void AFileThatExistsIsNotOverwritten()
    {
        File.WriteAllText(Path.Combine(_folder, "r.tar.gz"), "kept");
        var (exit, _, error) = CommandLineTests.Run(Arguments(Ports.Free()));
        Assert.Equal(1, exit);
        Assert.StartsWith("tcp-agent: error: the report cannot be written: ", error, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(Path.Combine(_folder, "r.tar.gz")));
    }
}
