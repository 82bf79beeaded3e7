using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TcpAgent.Lab.Support;

/// <summary>
/// The executable as it is shipped, with its bill of materials beside it: published once into artifacts/lab, with intermediate files of its
/// own, because other projects may still be building. AGENT_EXECUTABLE=FILE tests one that is there already.
/// </summary>
sealed class Published
{
    static readonly Lazy<Published> s_own = new(
        () => new Published(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64"));

    static readonly Lazy<Published> s_arm64 = new(() =>
    {
        Require.Tool("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        return new Published("linux-arm64");
    });

    Published(string rid)
    {
        Rid = rid;
        if (Environment.GetEnvironmentVariable("AGENT_EXECUTABLE") is { Length: > 0 } given && rid != "linux-arm64")
        {
            Program = Path.GetFullPath(given);
            Files = [Program];
            return;
        }
        if (!File.Exists("/usr/bin/clang"))
            Require.Tool("gcc", "gcc, with libc6-dev");
        var (folder, build) = (Repo.Path("artifacts", "lab", rid), Repo.Path("artifacts", "lab", "build"));
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Run("dotnet", "publish", Repo.Path("src", "TcpAgent"), "-c", "Release", "-r", rid, "-p:Shipped=true", "-o", folder,
            "--artifacts-path", build);
        Program = Path.Combine(folder, "tcp-agent");
        Files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        Run("python3", Repo.Path("packaging", "components.py"), rid, folder, build);
    }

    /// <summary>For this machine.</summary>
    internal static Published Own => s_own.Value;

    /// <summary>For linux-arm64, cross-compiled where this machine is another.</summary>
    internal static Published Arm64 => Own.Rid == "linux-arm64" ? Own : s_arm64.Value;

    internal string Rid { get; }

    internal string Program { get; }

    internal string Folder => Path.GetDirectoryName(Program)!;

    /// <summary>What dotnet publish alone puts there.</summary>
    internal string[] Files { get; }

    /// <summary>Takes a minute on an idle machine, several on a busy one.</summary>
    static void Run(string file, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = Task.Run(process.StandardError.ReadToEnd);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(
            process.ExitCode == 0, $"{file} {string.Join(' ', arguments)}: exit "
                + $"{process.ExitCode}\n{output}{error.GetAwaiter().GetResult()}");
    }
}
