using Deque.AxeCore.Commons;

namespace TcpAgent.Lab.Page;

/// <summary>The rules of axe-core (WCAG 2.2 A and AA, and its best practices) on a page.</summary>
static class Axe
{
    static readonly string s_script = new BundledAxeScriptProvider().GetScript();

    internal static async Task AssertAccessible(Tab tab)
    {
        await tab.Run($"{s_script}\n0");
        var result = (await tab.Run(
            """
            axe.run(document).then(result => ({
                passes: result.passes.length,
                wrong: result.violations.map(
                    one => one.id + ': ' + one.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | ')),
            }))
            """))!;
        var wrong = result["wrong"]!.AsArray();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Select(one => (string)one!)));

        // Of some hundred rules those that found something to look at.
        Assert.InRange((int)result["passes"]!, 20, 100);
    }
}
