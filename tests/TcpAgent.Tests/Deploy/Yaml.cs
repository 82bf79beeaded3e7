using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace TcpAgent.Tests.Deploy;

/// <summary>YAML by path: "spec/template/spec/containers/0/image".</summary>
static class Yaml
{
    internal static YamlNode[] Load(string path)
    {
        using var reader = File.OpenText(path);
        var stream = new YamlStream();
        stream.Load(reader);
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    internal static YamlNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Single().RootNode;
    }

    internal static YamlNode At(this YamlNode node, string path)
    {
        foreach (var part in path.Split('/'))
            node = node is YamlSequenceNode list ? list[int.Parse(part, CultureInfo.InvariantCulture)] : node[part];
        return node;
    }

    internal static string Text(this YamlNode node, string path) => ((YamlScalarNode)node.At(path)).Value!;

    internal static bool Has(this YamlNode node, string name) => node is YamlMappingNode mapping && mapping.Children.ContainsKey(name);

    internal static IEnumerable<YamlNode> List(this YamlNode node, string path) => ((YamlSequenceNode)node.At(path)).Children;

    internal static string[] Texts(this YamlNode node, string path) => [.. node.List(path).Select(item => ((YamlScalarNode)item).Value!)];

    internal static IEnumerable<(string Key, YamlNode Value)> Pairs(this YamlNode node, string path) =>
        ((YamlMappingNode)node.At(path)).Children.Select(pair => (((YamlScalarNode)pair.Key).Value!, pair.Value));
}
