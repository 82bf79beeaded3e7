using System.Diagnostics;
using System.Text.Json;

namespace TcpAgent.Tests.Packaging;

/// <summary>What is shipped is restored by hashes in the tree: packages by NuGet's lock files, .NET's own packs by packs.lock.</summary>
public class SupplyChainTests
{
    static readonly string[] s_runtimes = ["linux-x64", "linux-arm64"];

    static string Native => Repo.Path("packaging", "native");

    static Dictionary<string, string> Locked(string file, string framework) =>
        JsonDocument.Parse(File.ReadAllText(Repo.Path("src", "TcpAgent", file))).RootElement.GetProperty("dependencies")
            .GetProperty(framework).EnumerateObject().ToDictionary(
                one => one.Name, one => $"{one.Value.GetProperty("resolved")} {one.Value.GetProperty("contentHash")}");

    [Fact]
    public void EachRuntimeIsShippedWithThePackagesThatAreTested()
    {
        var tested = Locked("packages.lock.json", "net10.0");
        foreach (var runtime in s_runtimes)
        {
            var shipped = Locked($"packages.{runtime}.lock.json", "net10.0");
            Assert.Equal(
                ["Microsoft.DotNet.ILCompiler"], shipped.Keys.Except(tested.Keys).Order());
            Assert.Empty(tested.Except(shipped));
            Assert.Contains(
                $"runtime.{runtime}.Microsoft.DotNet.ILCompiler", Locked($"packages.{runtime}.lock.json", $"net10.0/{runtime}").Keys);
        }
    }

    [Theory]
    [InlineData("Makefile", "dotnet publish src/TcpAgent")]
    [InlineData("Dockerfile", "dotnet publish src/TcpAgent")]
    public void WhateverPublishesWhatIsShippedIsLocked(string file, string command)
    {
        var lines = File.ReadLines(Repo.Path(file)).Where(line => line.Contains(command, StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Contains(" -p:Shipped=true ", line, StringComparison.Ordinal));
    }

    /// <summary>A release names them by their digests; see CONTRIBUTING.md.</summary>
    [Fact]
    public void EveryImageOfTheDockerfileIsAnArgument()
    {
        var lines = File.ReadAllLines(Repo.Path("Dockerfile"));
        var arguments = lines.TakeWhile(line => !line.StartsWith("FROM ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("ARG ", StringComparison.Ordinal)).Select(line => line[4..].Split('=')).ToArray();
        var images = lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal))
            .Select(line => line.Split(' ').Skip(1).First(word => !word.StartsWith("--", StringComparison.Ordinal)));
        Assert.Equal(images, arguments.Select(argument => $"${argument[0]}"));
        Assert.All(arguments, argument => Assert.Matches(@"^[\w./-]+:\d+\.\d+[\w.-]*$", argument[1]));
    }

    [Fact]
    public void ThePacksOfBothRuntimesAndBothCompilersAreNamedOnce()
    {
        var packs = File.ReadAllLines(Path.Combine(Native, "packs.lock")).Select(line => line.Split(' ')).ToArray();
        Assert.All(packs, pack => Assert.Equal(64, Convert.FromBase64String(pack[2]).Length));
        Assert.Single(packs.Select(pack => pack[1]).Distinct());
        Assert.Equal(
            s_runtimes.SelectMany(runtime => (string[])[$"microsoft.aspnetcore.app.runtime.{runtime}",
                $"microsoft.netcore.app.runtime.nativeaot.{runtime}", $"runtime.{runtime}.microsoft.dotnet.ilcompiler"]).Order(),
            packs.Select(pack => pack[0]).Order());
    }

    /// <summary>A pack that was exchanged stops the build; those that the list names do not.</summary>
    [Fact]
    public void APackWithAnotherHashIsRefused()
    {
        using var folder = new TempFolder();
        var packs = File.ReadAllLines(Path.Combine(Native, "packs.lock")).Select(line => line.Split(' ')).ToArray();
        foreach (var pack in packs)
            Write(folder, pack[0], pack[1], pack[2]);
        foreach (var runtime in s_runtimes)
            Assert.Equal((0, ""), Check(folder, runtime, packs[0][1]));
        Assert.Equal(1, Check(folder, "linux-x64", "10.0.1").Code);

        var hash = Convert.ToBase64String(new byte[64]);
        Write(folder, "microsoft.netcore.app.runtime.nativeaot.linux-x64", packs[0][1], hash);
        var (code, said) = Check(folder, "linux-x64", packs[0][1]);
        Assert.Equal(1, code);
        Assert.Contains($"{packs[0][1]} {hash} is not in packaging/native/packs.lock", said, StringComparison.Ordinal);
    }

    static void Write(TempFolder folder, string name, string version, string hash)
    {
        Directory.CreateDirectory(folder.File(Path.Combine(name, version)));
        File.WriteAllText(
            folder.File(Path.Combine(name, version, ".nupkg.metadata")),
            $"{{\n  \"version\": 2,\n  \"contentHash\": \"{hash}\",\n  \"source\": \"x\"\n}}");
    }

    static (int Code, string Error) Check(TempFolder folder, string runtime, string version)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Path.Combine(Native, "packs.sh"), [runtime, version, folder.File("")]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
