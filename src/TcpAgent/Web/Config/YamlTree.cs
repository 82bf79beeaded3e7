using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TcpAgent.Web.Config;

/// <summary>
/// Builds a tree of one YAML document from the library's event stream. It is strict where YAML can mean something else than it seems to: no
/// anchors, aliases, tags or merge keys, no second document, no duplicate keys, no nesting beyond the format's.
/// </summary>
sealed class YamlTree
{
    const int MaxDepth = 6;
    const string NoAnchors = "anchors and aliases (& and *) are not accepted: write the value out";

    readonly Parser _parser;
    readonly ConfigReport _findings;

    YamlTree(string text, ConfigReport findings) => (_parser, _findings) = (new Parser(new StringReader(text)), findings);

    /// <summary>Returns the root. Null means that the file is empty or that the findings list problems.</summary>
    internal static Node? Read(string text, ConfigReport findings)
    {
        try
        {
            return new YamlTree(text, findings).Document();
        }
        catch (YamlException e)
        {
            // The library reports where the block began, not where the tab is.
            if (e.Message.Contains("tab", StringComparison.Ordinal) && IndentedByTab(text) is > 0 and var line)
            {
                findings.Wrong(line, 1, "not YAML: indented with a tab, which YAML forbids; use spaces");
                return null;
            }

            // The end is where the error was noticed, the start where the unclosed part began.
            var begun = e.Start.Line == e.End.Line ? "" : $"; it began on line {e.Start.Line}";
            findings.Wrong((int)e.End.Line, (int)e.End.Column, $"not YAML: {e.Message.TrimEnd('.')}{begun}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // Bugs of the library that only damaged files trigger.
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

    /// <summary>Returns null after an error that makes the rest unreadable.</summary>
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
                _findings.Wrong(key, $"'{name.Value}' is given twice, first on line {seen[name.Value]}");
            else
                map.Entries.Add((name, value));
        }
        return map;
    }

    /// <summary>The first line that is indented with a tab, 1-based; 0 if there is none.</summary>
    static int IndentedByTab(string text)
    {
        var number = 0;

        // EnumerateLines would also end a line at a form feed.
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
