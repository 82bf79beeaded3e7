using TcpAgent.Lab.Support;
using TcpAgent.Tests.Deploy;

namespace TcpAgent.Lab.Grafana;

/// <summary>
/// Dashboards and panels are of the types that Grafana publishes (@grafana/schema). Needs node and the npm registry; without them
/// it is skipped, under CI too: no other test depends on a registry at run time. There the list of accepted fields stands in, which
/// is written here (UPDATE=1) and read by DashboardTests.
/// </summary>
[Trait("Category", "live")]
public sealed class DashboardSchemaTests
{
    [SkippableFact]
    public async Task EveryFieldIsOneThatGrafanaKnows()
    {
        foreach (var tool in (string[])["node", "npm"])
            Skip.IfNot(File.Exists($"/usr/bin/{tool}"), $"{tool} is not installed");
        var folder = Directory.CreateTempSubdirectory("tcp-agent-schema-");
        try
        {
            foreach (var file in (string[])["package.json", "package-lock.json", "check.mjs"])
                File.Copy(Repo.Path("tests", "TcpAgent.Lab", "Grafana", file), Path.Combine(folder.FullName, file));
            var install = await Run("npm ci --no-audit --no-fund --silent --prefer-offline --fetch-retries=0 --fetch-timeout=60000");
            Skip.If(install.Code != 0, $"npm cannot install: {install.Output}");

            var files = string.Join(' ', Dashboard.Files.Select(name => Repo.Path("deploy", "grafana", "dashboards", name)));
            var check = await Run($"node check.mjs {files} 2>&1");
            Assert.True(check.Code == 0, check.Output);

            GoldenFile.AssertEquals(Dashboard.FieldsFile, string.Join('\n', Dashboard.Fields) + '\n');

            // It would have reported it.
            var wrong = Path.Combine(folder.FullName, "wrong.json");
            await File.WriteAllTextAsync(
                wrong, Dashboard.Open("host.json").Text.Replace("\"graphMode\": \"none\"", "\"graphMode\": \"nothing\"",
                    StringComparison.Ordinal));
            Assert.Contains("error TS", (await Run($"node check.mjs {wrong} 2>&1")).Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Task<(int Code, string Output)> Run(string command) => Child.RunAny("/bin/sh", "-c", $"cd {folder.FullName} && {command}");
    }
}
