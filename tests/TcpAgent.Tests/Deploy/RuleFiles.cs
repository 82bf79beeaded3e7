using YamlDotNet.RepresentationModel;

namespace TcpAgent.Tests.Deploy;

/// <summary>The rule files of deploy/prometheus: those whose document begins with groups.</summary>
static class RuleFiles
{
    internal static string[] Paths =>
        [.. Directory.GetFiles(Repo.Path("deploy", "prometheus"), "*.yml", SearchOption.AllDirectories)
            .Where(path => Yaml.Load(path)[0].Has("groups")).Order(StringComparer.Ordinal)];

    internal static IEnumerable<YamlNode> Rules =>
        from path in Paths from grouped in Yaml.Load(path)[0].List("groups") from rule in grouped.List("rules") select rule;

    internal static HashSet<string> Recorded => [.. Rules.Where(rule => rule.Has("record")).Select(rule => rule.Text("record"))];
}
