using System.Text.Encodings.Web;
using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace TcpAgent.Tests.Deploy;

/// <summary>The mixin has the rules as JSON, because not every jsonnet can read YAML. make golden writes them.</summary>
public class MixinDocumentsTests
{
    static readonly JsonSerializerOptions s_layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("alerts.json", "alerts")]
    [InlineData("rules.json", "fleet", "recording")]
    public void TheRulesDocumentsAreTheRuleFiles(string file, params string[] sources)
    {
        var groups = sources.SelectMany(name => Yaml.Load(Repo.Path("deploy", "prometheus", $"{name}.rules.yml")).Single().List("groups"));
        var document = new Dictionary<string, object> { ["groups"] = groups.Select(Plain).ToArray() };
        GoldenFile.AssertEquals(Repo.Path("deploy", "mixin", file), JsonSerializer.Serialize(document, s_layout) + '\n');
    }

    static object Plain(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => Plain(pair.Value)),
        YamlSequenceNode list => list.Select(Plain).ToArray(),
        _ => ((YamlScalarNode)node).Value ?? "",
    };
}
