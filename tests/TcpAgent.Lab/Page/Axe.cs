using System.Text.Json.Nodes;
using TcpAgent.Lab.Support;
using TcpAgent.Tests.Support;

namespace TcpAgent.Lab.Page;

/// <summary>
/// The rules of axe-core (WCAG 2.2 A and AA, and its best practices) on a page. Needs npm and its registry; without them a test that
/// gets here is skipped, under CI too: the rest of it has passed by then.
/// </summary>
static class Axe
{
    static readonly Lazy<Task<string?>> s_script = new(Load);

    internal static async Task AssertAccessible(Tab tab)
    {
        var script = await s_script.Value;
        Skip.If(script is null, "axe-core cannot be had");
        await tab.Run($"{script}\n0");
        var wrong = (JsonArray)(await tab.Run("axe.run(document).then(result => result.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | ')))"))!;
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Select(one => (string)one!)));
    }

    static async Task<string?> Load()
    {
        var folder = Directory.CreateTempSubdirectory("tcp-agent-axe-");
        try
        {
            foreach (var file in (string[])["package.json", "package-lock.json"])
                File.Copy(Repo.Path("tests", "TcpAgent.Lab", "Page", file), Path.Combine(folder.FullName, file));
            var (code, _) = await Child.RunAny(
                "/bin/sh", "-c", $"cd {folder.FullName} && npm ci --no-audit --no-fund --silent --prefer-offline --fetch-retries=0 --fetch-timeout=60000 2>&1");
            return code == 0 ? await File.ReadAllTextAsync($"{folder}/node_modules/axe-core/axe.min.js") : null;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
