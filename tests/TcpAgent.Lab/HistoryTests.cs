using System.Globalization;
using System.Text.Json;
using TcpAgent.History;
using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab;

/// <summary>The flight recorder on real disks that fail, by real processes that are killed.</summary>
[Trait("Category", "live")]
public sealed class HistoryTests(ITestOutputHelper output) : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string FilePath => Path.Combine(_folder, "history.ring");

    /// <summary>HISTORY_KILLS=200 for a longer try.</summary>
    static int Kills => int.Parse(Environment.GetEnvironmentVariable("HISTORY_KILLS") ?? "20", CultureInfo.InvariantCulture);

    /// <summary>Sequences of the whole records, oldest first, and how many are not whole.</summary>
    (long[] Sequences, int Damaged, int Capacity) Read()
    {
        using var file = HistoryFile.TryOpen(FilePath, out var problem);
        if (file is null && !File.Exists(FilePath))
            return ([], 0, 0);
        Assert.True(file is not null, problem);
        return ([.. file.Index().Select(entry => entry.Sequence)], file.Damaged, file.Header.Capacity);
    }

    [Fact]
    public async Task KilledAtAnyMomentItLosesAtMostTheRecordThatWasBeingWritten()
    {
        var random = new Random(20261121);
        var (before, total, torn) = (0L, 0L, 0);
        for (var i = 0; i < Kills; i++)
        {
            File.Delete($"{FilePath}.written");
            await using (var recorder = Child.Start("dotnet", [typeof(Program).Assembly.Location, "record", FilePath]))
            {
                await Task.Delay(random.Next(60, 500));
                await recorder.Signal("KILL");
                await recorder.Exited(TimeSpan.FromSeconds(30));
            }
            var written = File.Exists($"{FilePath}.written") && await File.ReadAllBytesAsync($"{FilePath}.written") is { Length: 8 } bytes
                ? BitConverter.ToInt64(bytes) : 0;
            var (sequences, damaged, capacity) = Read();
            var newest = sequences.Length == 0 ? before : sequences[^1];
            Assert.InRange(newest, before + written, before + written + 1);
            Assert.InRange(damaged, 0, 1);
            Assert.InRange(sequences.Length, Math.Min(newest, capacity) - damaged, capacity);
            Assert.All(sequences.Zip(sequences.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, 1 + damaged));
            (total, torn, before) = (total + written, torn + damaged, newest);
        }
        output.WriteLine($"{Kills} kills, {total} records, {torn} torn");
        Assert.True(total > 100 * Kills, $"{total} records in all");
    }

    [SkippableFact]
    public async Task TheVerbReadsWhatAKilledDaemonLeftAndWhatARunningOneWrites()
    {
        var (port, records) = (Ports.Free(), 0.0);
        for (var run = 1; run <= 2; run++)
        {
            await using var daemon = AgentProgram.Serve(port, null, $"--history.file={FilePath}");
            using var client = new HttpClient();
            var target = records + 3;
            await Eventually.Holds(
                async () => (await Metrics(client, port)).GetValueOrDefault("tcpagent_history_records_total") >= 3,
                TimeSpan.FromSeconds(30), () => daemon.Output);
            Assert.InRange((await History()).GetProperty("records").GetArrayLength(), target, target + 5);
            await daemon.Signal("KILL");
            await daemon.Exited(TimeSpan.FromSeconds(30));
            records = (await History()).GetProperty("records").GetArrayLength();
            Assert.True(records >= target);
        }
        Assert.Equal(
            ["the agent started", "the agent started again"],
            (await History()).GetProperty("events").EnumerateArray().Select(one => one.GetProperty("text").GetString()!.Split(',')[0])
                .Where(text => text.StartsWith("the agent", StringComparison.Ordinal)));
    }

    async Task<JsonElement> History()
    {
        var (file, arguments) = AgentProgram.Command("history", "--json", $"--file={FilePath}");
        return JsonDocument.Parse(await Child.Run(file, arguments)).RootElement;
    }

    static async Task<Dictionary<string, double>> Metrics(HttpClient client, int port)
    {
        try
        {
            return AgentProgram.Parse(await client.GetStringAsync($"http://127.0.0.1:{port}/metrics"));
        }
        catch (HttpRequestException)
        {
            return [];
        }
    }

    /// <summary>Somebody tidies up, or moves the folder: records are there again within ten seconds, without a restart.</summary>
    [SkippableTheory]
    [InlineData("rm FILE")]
    [InlineData("cp FILE FILE.copy && mv FILE.copy FILE")]
    [InlineData("truncate --size=0 FILE")]
    [InlineData("mv FOLDER FOLDER.old && mkdir FOLDER")]
    public async Task AFileThatIsLostIsWrittenAgain(string command)
    {
        var folder = Path.Combine(_folder, "state");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "history.ring");
        var port = Ports.Free();
        await using var daemon = AgentProgram.Serve(port, null, $"--history.file={file}", "--history.span=1m");
        using var client = new HttpClient();
        await Eventually.Holds(
            async () => (await Metrics(client, port)).GetValueOrDefault("tcpagent_history_records_total") >= 2, TimeSpan.FromSeconds(20),
            () => daemon.Output);
        await Child.Run(
            "/bin/sh", "-c",
            command.Replace("FILE", file, StringComparison.Ordinal).Replace("FOLDER", folder, StringComparison.Ordinal));
        await Eventually.Holds(
            async () => await Metrics(client, port) is var metrics && metrics["tcpagent_history_success"] == 1
                && metrics["tcpagent_history_write_failures_total"] >= 1 && Newest() > DateTimeOffset.UtcNow.AddSeconds(-5),
            TimeSpan.FromSeconds(25), () => daemon.Output);
        Assert.Single(daemon.Output.Split('\n'), line => line.Contains("is opened again", StringComparison.Ordinal));

        DateTimeOffset Newest()
        {
            using var read = HistoryFile.TryOpen(file, out _);
            return read?.Index() is [.., var last] ? DateTimeOffset.FromUnixTimeMilliseconds(last.Time) : default;
        }
    }

    /// <summary>Each write fails with EIO, until none does.</summary>
    [SkippableFact]
    public async Task ADiskThatIsBrokenIsReportedOnceAndWrittenAgainWhenItWorks()
    {
        var (library, broken) = (Path.Combine(_folder, "disk.so"), Path.Combine(_folder, "broken"));
        await Child.Run(
            Require.Tool("cc", "gcc"), "-shared", "-fPIC", "-O1", "-o", library,
            Repo.Path("tests", "TcpAgent.Lab", "Support", "failing_disk.c"));
        var port = Ports.Free();
        await using var daemon = AgentProgram.Serve(
            port, new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["EIO_WHILE"] = broken }, $"--history.file={FilePath}");
        using var client = new HttpClient();
        async Task Until(Func<Dictionary<string, double>, bool> holds) => await Eventually.Holds(
            async () => await Metrics(client, port) is { Count: > 0 } metrics && holds(metrics), TimeSpan.FromSeconds(30),
            () => daemon.Output);
        await Until(metrics => metrics["tcpagent_history_records_total"] >= 2);
        await File.WriteAllTextAsync(broken, "");
        await Until(metrics => metrics["tcpagent_history_success"] == 0 && metrics["tcpagent_history_records_lost_total"] >= 3);
        var before = (await Metrics(client, port))["tcpagent_history_records_total"];
        File.Delete(broken);
        await Until(metrics => metrics["tcpagent_history_success"] == 1 && metrics["tcpagent_history_records_total"] >= before + 3);
        Assert.InRange((await Metrics(client, port))["tcpagent_samples_missed_total"], 0, 3);
        Assert.Single(daemon.Output.Split('\n'), line => line.Contains("History cannot be written", StringComparison.Ordinal));
        Assert.Single(daemon.Output.Split('\n'), line => line.Contains("History is written", StringComparison.Ordinal));
        Assert.Equal(0, Read().Damaged);
    }

    /// <summary>In a mount namespace of its own, on a tmpfs that is too small, or read-only, until it is not.</summary>
    [SkippableTheory]
    [InlineData("size=64k", "size=32m")]
    [InlineData("size=32m,ro", "rw")]
    [Trait("Category", "root")]
    public async Task WithoutADiskTheAgentGoesOnReportsItAndRecovers(string bad, string good)
    {
        Require.Root();
        var port = Ports.Free();
        var (file, arguments) = AgentProgram.Command("serve", $"--web.listen-address=127.0.0.1:{port}", $"--history.file={FilePath}");
        await using var daemon = Child.Start(
            Require.Tool("unshare", "util-linux"),
            ["-m", "--propagation=private", "sh", "-c", $"mount -t tmpfs -o {bad} tmpfs {_folder} && exec \"$@\"", "sh", file,
                .. arguments]);
        using var client = new HttpClient();
        async Task<bool> Has(double success, string counter) =>
            await Metrics(client, port) is var metrics && metrics.GetValueOrDefault("tcpagent_history_success", -1) == success
            && metrics.GetValueOrDefault(counter) > 0;
        await Eventually.Holds(() => Has(0, "tcpagent_history_write_failures_total"), TimeSpan.FromSeconds(20), () => daemon.Output);
        var samples = (await Metrics(client, port))["tcpagent_samples_total"];
        await Task.Delay(2500);
        var later = await Metrics(client, port);
        Assert.InRange(later["tcpagent_samples_total"] - samples, 1, 4);
        Assert.Equal(0, later["tcpagent_samples_missed_total"]);

        await Child.Run(Require.Tool("nsenter", "util-linux"), "-t", $"{daemon.Id}", "-m", "mount", "-o", $"remount,{good}", _folder);
        await Eventually.Holds(() => Has(1, "tcpagent_history_records_total"), TimeSpan.FromSeconds(20), () => daemon.Output);
        Assert.Single(daemon.Output.Split('\n'), line => line.Contains("History cannot be written", StringComparison.Ordinal));
        Assert.Single(daemon.Output.Split('\n'), line => line.Contains("History is written", StringComparison.Ordinal));
        output.WriteLine(daemon.Output);
    }

    /// <summary>The file has all its space from the start, so what others write to the disk afterwards takes nothing from it.</summary>
    [SkippableFact]
    [Trait("Category", "root")]
    public async Task ADiskThatOthersFillMeanwhileLosesNoRecord()
    {
        Require.Root();
        var port = Ports.Free();
        var (file, arguments) = AgentProgram.Command("serve", $"--web.listen-address=127.0.0.1:{port}", $"--history.file={FilePath}");
        await using var daemon = Child.Start(
            Require.Tool("unshare", "util-linux"),
            ["-m", "--propagation=private", "sh", "-c", $"mount -t tmpfs -o size=16m tmpfs {_folder} && exec \"$@\"", "sh", file,
                .. arguments]);
        using var client = new HttpClient();
        Task Written(double records) => Eventually.Holds(
            async () => (await Metrics(client, port)).GetValueOrDefault("tcpagent_history_records_total") >= records,
            TimeSpan.FromSeconds(30), () => daemon.Output);
        await Written(2);
        string[] inside = ["-t", $"{daemon.Id}", "-m"];
        var nsenter = Require.Tool("nsenter", "util-linux");
        var (code, _) = await Child.RunAny(
            nsenter, [.. inside, "sh", "-c", $"cat /dev/zero >{_folder}/full; [ $(df --output=avail {_folder} | tail -n 1) -eq 0 ]"]);
        Assert.Equal(0, code);
        var before = await Metrics(client, port);
        await Written(before["tcpagent_history_records_total"] + 5);
        var after = await Metrics(client, port);
        Assert.Equal(1, after["tcpagent_history_success"]);
        Assert.Equal(
            (0, 0), (after["tcpagent_history_records_lost_total"], after["tcpagent_history_write_failures_total"]));
    }
}
