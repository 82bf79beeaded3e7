using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TcpAgent.Web.Config;

/// <summary>
/// One YAML document as a tree, by the library's event stream. Strict where YAML lets a file mean something other than it seems to:
/// no anchors, aliases, tags or merge keys, no second document, no key twice, no nesting beyond what the format has.
/// </summary>
sealed class YamlTree
{
    const int MaxDepth = 6;
    const string NoAnchors = "anchors and aliases (& and *) are not accepted: write the value out";

    readonly Parser _parser;
    readonly ConfigReport _findings;

    YamlTree(string text, ConfigReport findings) => (_parser, _findings) = (new Parser(new StringReader(text)), findings);

    /// <summary>The root, or null: then the file is empty or the findings say what is wrong.</summary>
    internal static Node? Read(string text, ConfigReport findings)
    {
        try
        {
            return new YamlTree(text, findings).Document();
        }
        catch (YamlException e)
        {
            // The library says where the block began, not where its tab is.
            if (e.Message.Contains("tab", StringComparison.Ordinal) && IndentedByTab(text) is > 0 and var line)
            {
                findings.Wrong(line, 1, "not YAML: indented by a tab, which YAML forbids; use spaces");
                return null;
            }

            // The end is where it was noticed, the start where the piece began that was not closed.
            var begun = e.Start.Line == e.End.Line ? "" : $"; it began in line {e.Start.Line}";
            findings.Wrong((int)e.End.Line, (int)e.End.Column, $"not YAML: {e.Message.TrimEnd('.')}{begun}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // Mistakes of the library that only a damaged file brings out.
            findings.Wrong(1, 1, "not YAML");
        }
        return null;
    }

    Node? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
            return null;
        _parser.Consume<DocumentStart>();
        var root = Value(MaxDepth);
        if (root is null)
            return null;
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
            _findings.Wrong((int)second.Start.Line, (int)second.Start.Column, "a second YAML document: the file must hold one");
        return root;
    }

    /// <summary>Null after something that makes the rest unreadable.</summary>
    Node? Value(int depth)
    {
        if (_parser.Accept<AnchorAlias>(out var alias))
            return Give(alias, NoAnchors);
        var node = _parser.Consume<NodeEvent>();
        var (line, column) = ((int)node.Start.Line, (int)node.Start.Column);
        if (!node.Anchor.IsEmpty)
            return Give(node, NoAnchors);
        if (!node.Tag.IsEmpty)
            return Give(node, "tags (!) are not accepted");
        if (depth == 0)
            return Give(node, "nested too deeply");
        return node switch
        {
            YamlDotNet.Core.Events.Scalar scalar => new Scalar(line, column, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => Items(new Sequence(line, column, []), depth - 1),
            _ => Entries(new Mapping(line, column, []), depth - 1),
        };
    }

    Sequence? Items(Sequence list, int depth)
    {
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            if (Value(depth) is not { } item)
                return null;
            list.Items.Add(item);
        }
        return list;
    }

    Mapping? Entries(Mapping map, int depth)
    {
        var seen = new Dictionary<string, int>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (Value(depth) is not { } key || Value(depth) is not { } value)
                return null;
            if (key is not Scalar name)
                _findings.Wrong(key, "a key must be a plain word");
            else if (!seen.TryAdd(name.Value, name.Line))
                _findings.Wrong(key, $"'{name.Value}' is given twice, first in line {seen[name.Value]}");
            else
                map.Entries.Add((name, value));
        }
        return map;
    }

    /// <summary>The first such line, 1-based; 0: none.</summary>
    static int IndentedByTab(string text)
    {
        var number = 0;

        // Not EnumerateLines, for which a form feed ends a line too.
        foreach (var line in text.AsSpan().Split('\n'))
        {
            number++;
            if (text.AsSpan(line).TrimStart(' ').StartsWith('\t'))
                return number;
        }
        return 0;
    }

    Node? Give(ParsingEvent at, string problem)
    {
        _findings.Wrong((int)at.Start.Line, (int)at.Start.Column, problem);
        return null;
    }
}
