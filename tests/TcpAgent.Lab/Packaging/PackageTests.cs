using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Packaging;

/// <summary>The packages: what is in them, what lintian says, and that rpm can put one in and take it out again.</summary>
[Trait("Category", "live")]
public class PackageTests
{
    const long MostBytes = 7_000_000;

    static readonly string[] s_shared =
    [
        "/usr/bin/tcp-agent", "/usr/share/bash-completion/completions/tcp-agent",
        "/usr/share/doc/tcp-agent/examples/web.config.example.yml", "/usr/share/fish/vendor_completions.d/tcp-agent.fish",
        .. Directory.GetFiles(Repo.Path("packaging", "systemd", "drop-ins"), "*.conf")
            .Select(path => $"/usr/share/doc/tcp-agent/examples/{Path.GetFileName(path)}"),
        .. Directory.GetFiles(Repo.Path("deploy", "prometheus"), "*.rules.yml")
            .Select(path => $"/usr/share/doc/tcp-agent/prometheus/{Path.GetFileName(path)}"),
        .. Directory.GetFiles(Repo.Path("deploy", "grafana", "dashboards"), "*.json")
            .Select(path => $"/usr/share/doc/tcp-agent/grafana/{Path.GetFileName(path)}"),
    ];

    static readonly string[] s_deb =
    [
        "/etc/default/tcp-agent", "/systemd/system/tcp-agent.service", "/systemd/system/tcp-agent.socket",
        "/usr/share/doc/tcp-agent/changelog.gz",
        "/usr/share/doc/tcp-agent/copyright", "/usr/share/doc/tcp-agent/tcp-agent.cdx.json.gz",
        "/usr/share/doc/tcp-agent/third-party-notices.txt.gz",
        "/usr/share/lintian/overrides/tcp-agent", "/usr/share/man/man8/tcp-agent.8.gz", "/usr/share/zsh/vendor-completions/_tcp-agent",
    ];

    static readonly string[] s_rpm =
    [
        "/etc/sysconfig/tcp-agent", "/systemd/system/tcp-agent.service", "/systemd/system/tcp-agent.socket",
        "/usr/share/doc/tcp-agent/tcp-agent.cdx.json",
        "/usr/share/licenses/tcp-agent/LICENSE", "/usr/share/licenses/tcp-agent/third-party-notices.txt", "/usr/share/man/man8/tcp-agent.8",
        "/usr/share/zsh/site-functions/_tcp-agent",
    ];

    [SkippableTheory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task TheDebHoldsWhatItShouldAndLintianFindsNoFault(string architecture)
    {
        Require.Tool("dh", "debhelper");
        var lintian = Require.Tool("lintian", "lintian");
        var package = await Build("deb", For(architecture));
        Assert.Equal($"{architecture}\n", await Child.Run("dpkg-deb", "--field", package, "Architecture"));
        Assert.InRange(new FileInfo(package).Length, 1, MostBytes);
        var files = (await Child.Run("dpkg-deb", "-c", package)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(files, file => Assert.Contains(" root/root ", file, StringComparison.Ordinal));
        AssertHolds(files.Where(file => file[0] == '-').Select(file => file[(file.IndexOf(" ./", StringComparison.Ordinal) + 2)..]), s_deb);
        Assert.Equal("/etc/default/tcp-agent\n", await Child.Run("dpkg-deb", "-I", package, "conffiles"));

        var (code, output) = await Child.RunAny(lintian, "--allow-root", "--fail-on", "error,warning", package);
        Assert.True(code == 0, output);
        var overrides = File.ReadAllLines(Repo.Path("packaging", "deb", "debian", "tcp-agent.lintian-overrides"));
        Assert.All(
            Enumerable.Range(0, overrides.Length).Where(i => overrides[i][0] != '#'), i =>
                Assert.True(i > 0 && overrides[i - 1][0] == '#', $"{overrides[i]}: why?"));
    }

    [SkippableTheory]
    [InlineData("x86_64")]
    [InlineData("aarch64")]
    [Trait("Category", "root")]
    public async Task TheRpmHoldsWhatItShouldAndLeavesNothingBehind(string architecture)
    {
        Require.Root();
        Require.Tool("rpmbuild", "rpm");
        var rpm = Require.Tool("rpm", "rpm");
        var package = await Build("rpm", For(architecture));
        Assert.Equal(architecture, await Child.Run(rpm, "-qp", "--queryformat", "%{ARCH}", package));
        Assert.InRange(new FileInfo(package).Length, 1, MostBytes);
        var files = (await Child.Run(rpm, "-qp", "--queryformat", "[%{FILEMODES:perms} %{FILENAMES}\n]", package)).Split('\n');
        AssertHolds(
            files.Where(file => file.StartsWith('-')).Select(file => file[(file.IndexOf(' ', StringComparison.Ordinal) + 1)..]), s_rpm);
        Assert.Equal("/etc/sysconfig/tcp-agent\n", await Child.Run(rpm, "-qpc", package));
        Assert.Contains("First release", await Child.Run(rpm, "-qp", "--changelog", package), StringComparison.Ordinal);

        // Into a root of its own, without the scriptlets, which would need a shell there.
        var root = Directory.CreateTempSubdirectory("tcp-agent-rpm-").FullName;
        try
        {
            await Child.Run(rpm, "--root", root, "--nodeps", "--noscripts", "--ignorearch", "-i", package);
            Assert.Equal("", await Child.Run(rpm, "--root", root, "--nodeps", "-V", "tcp-agent"));
            File.AppendAllText(Path.Combine(root, "etc/sysconfig/tcp-agent"), "# changed\n");
            await Child.Run(rpm, "--root", root, "--nodeps", "--noscripts", "-e", "tcp-agent");
            Assert.Equal(
                ["tcp-agent.rpmsave"], Directory.GetFiles(root, "*tcp-agent*", SearchOption.AllDirectories).Select(path =>
                    Path.GetFileName(path)!));
            Assert.Empty(Directory.GetDirectories(root, "tcp-agent", SearchOption.AllDirectories));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [SkippableFact]
    public async Task ScriptletsOfTheRpmAreValidShell()
    {
        Require.Tool("rpmbuild", "rpm");
        var spec = File.ReadAllText(Repo.Path("packaging", "rpm", "tcp-agent.spec"));
        foreach (var scriptlet in (string[])["%post\n", "%preun\n", "%postun\n"])
        {
            var body = spec[(spec.IndexOf("\n" + scriptlet, StringComparison.Ordinal) + scriptlet.Length + 1)..].Split("\n%")[0];
            foreach (var remaining in (string[])["0", "1"])
                await Child.RunFor(0, $"set -e; systemctl() {{ echo \"$@\"; }}; set -- {remaining}\n{body}", "sh");
        }
    }

    static Published For(string architecture) => architecture is "arm64" or "aarch64" ? Published.Arm64 : Published.Own;

    static async Task<string> Build(string kind, Published published)
    {
        var into = Path.Combine(published.Folder, kind);
        await Child.Run(Repo.Path("packaging", kind, "build.sh"), published.Folder, into);
        return Assert.Single(Directory.GetFiles(into, $"*.{kind}"));
    }

    /// <summary>Units lie in /lib or /usr/lib, as the build machine's distribution has it.</summary>
    static void AssertHolds(IEnumerable<string> files, string[] own) => Assert.Equal(
        s_shared.Concat(own).Order(StringComparer.Ordinal),
        files.Select(file => file.StartsWith("/lib/", StringComparison.Ordinal)
            ? file[4..] : file.StartsWith("/usr/lib/", StringComparison.Ordinal) ? file[8..]
            : file).Order(StringComparer.Ordinal));
}
