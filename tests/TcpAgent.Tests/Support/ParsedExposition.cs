using System.Globalization;

namespace TcpAgent.Tests.Support;

/// <summary>One family of an exposition: its metadata and its samples.</summary>
/// <param name="Name">The name in the metadata: in OpenMetrics without _total and _info.</param>
sealed record ParsedFamily(string Name, string Type, string? Unit, string Help, List<string> Samples);

/// <summary>The OpenMetrics format, read as strictly as its ABNF and section 5 demand; it throws if a rule is broken.</summary>
static class ParsedExposition
{
    internal static List<ParsedFamily> OpenMetrics(string text)
    {
        Check(text.EndsWith("\n# EOF\n", StringComparison.Ordinal), "the last line is not '# EOF'");
        var families = new List<ParsedFamily>();
        var samples = new HashSet<string>();
        foreach (var line in text[..^"# EOF\n".Length].Split('\n')[..^1])
            if (line.StartsWith("# ", StringComparison.Ordinal))
                Describe(families, line.Split(' ', 4));
            else
                AddSample(families[^1], line, samples);
        Check(families.DistinctBy(family => family.Name).Count() == families.Count, "a family is there twice");
        foreach (var family in families)
            Check(family.Samples.Count > 0 && family.Help.Length > 0, $"{family.Name} has no sample or no HELP");
        return families;
    }

    /// <summary>TYPE begins a family, UNIT and HELP follow it.</summary>
    static void Describe(List<ParsedFamily> families, string[] words)
    {
        var (keyword, name, text) = (words[1], words[2], words[3]);
        if (keyword == "TYPE")
        {
            Check(text is "counter" or "gauge" or "info" or "unknown" or "histogram", $"{name} is a {text}");
            families.Add(new ParsedFamily(name, text, null, "", []));
            return;
        }
        var family = families[^1];
        Check(family.Name == name && family.Samples.Count == 0, $"{keyword} of {name} does not stand above its samples");
        Check(keyword != "UNIT" || name.EndsWith($"_{text}", StringComparison.Ordinal), $"{name} does not end in its unit, {text}");
        families[^1] = keyword switch
        {
            "UNIT" when family.Unit is null && family.Help.Length == 0 => family with { Unit = text },
            "HELP" when family.Help.Length == 0 => family with { Help = text },
            _ => throw new FormatException($"{name} has a {keyword} too many, or in the wrong place"),
        };
    }

    static void AddSample(ParsedFamily family, string line, HashSet<string> samples)
    {
        var end = line.LastIndexOf(' ');
        var (series, value) = (line[..end], line[(end + 1)..]);
        var suffix = family.Type switch
        {
            "counter" => "_total",
            "info" => "_info",
            _ => "",
        };
        Check(series.Split('{')[0] == family.Name + suffix, $"{series} stands under {family.Name}, a {family.Type}");
        Check(samples.Add(series), $"{series} is there twice");
        Check(double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number), $"{series} is '{value}'");
        Check(family.Type != "counter" || number >= 0, $"{series}, a counter, is {value}");
        family.Samples.Add(line);
    }

    static void Check(bool isSo, string otherwise)
    {
        if (!isSo)
            throw new FormatException(otherwise);
    }
}
