using System.Globalization;
using System.Text.RegularExpressions;
using TcpAgent.Tests.Documents;

namespace TcpAgent.Tests;

/// <summary>Rules of the source that no compiler checks.</summary>
public partial class LayeringTests
{
    /// <summary>
    /// Every folder, and the folders it may use besides itself. They are all above it in docs/architecture.md, so there is no cycle.
    /// Log.cs and Program.cs belong to no folder.
    /// </summary>
    static readonly (string Folder, string[] MayUse)[] s_layers =
    [
        .. from cells in new Markdown(Repo.Path("docs", "architecture.md")).Table("Layers")
           select (cells[0], cells[1].Split(", ", StringSplitOptions.RemoveEmptyEntries)),
    ];

    static string Source => Path.Combine(Repo.Root, "src", "TcpAgent");

    static readonly string[] s_folders = [.. Directory.GetDirectories(Source).Select(folder => Path.GetFileName(folder)!)];

    static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repo.Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    static string FolderOf(string path) => Path.GetRelativePath(Source, path).Split('/')[0];

    [GeneratedRegex("\"\"\"[\\s\\S]*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|//[^\\n]*")]
    private static partial Regex TextsAndComments();

    static string Code(string path) => TextsAndComments().Replace(File.ReadAllText(path), "");

    /// <summary>Folders that the code names: by a using, in full, or as a namespace beside its own.</summary>
    static IEnumerable<string> Uses(string path)
    {
        var code = Code(path);
        var own = FolderOf(path);
        return s_folders.Where(folder => folder != own
            && (Regex.IsMatch(code, $@"\bTcpAgent\.{folder}\b")
                || (folder != "System" && Regex.IsMatch(code, $@"^\s*using\s+(static\s+)?{folder}\b", RegexOptions.Multiline))));
    }

    [Fact]
    public void EachFolderUsesOnlyWhatTheTableAllows()
    {
        var wrong =
            from path in Files("src/TcpAgent")
            from layer in s_layers
            where layer.Folder == FolderOf(path)
            from used in Uses(path)
            where !layer.MayUse.Contains(used)
            select $"{Path.GetRelativePath(Repo.Root, path)} uses {used}";
        Assert.Empty(wrong);
    }

    /// <summary>An arrow that no code uses would permit what nobody decided.</summary>
    [Fact]
    public void TheTableHoldsEveryFolderAndNoArrowTooMany()
    {
        Assert.Equal(s_folders.Order(), s_layers.Select(layer => layer.Folder).Order());
        for (var i = 0; i < s_layers.Length; i++)
        {
            var (folder, mayUse) = s_layers[i];
            Assert.Subset(s_layers[..i].Select(layer => layer.Folder).ToHashSet(), mayUse.ToHashSet());
            Assert.Equal(mayUse.Order(), Files($"src/TcpAgent/{folder}").SelectMany(Uses).Distinct().Order());
        }
    }

    [GeneratedRegex(
        @"^(?:(?:public|internal|sealed|static|abstract|readonly|partial|ref|unsafe)\s+)*"
        + @"(?:class|struct|interface|enum|record struct|record|delegate \S+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelTypes();

    /// <summary>One type a file, named like it; a partial type may have several: Libc.Files.cs.</summary>
    [Fact]
    public void AFileIsNamedForItsType()
    {
        var wrong =
            from path in Files("src/TcpAgent")
            let types = TopLevelTypes().Matches(Code(path)).Select(match => match.Groups[1].Value).Distinct().ToArray()
            where Path.GetFileName(path) != "Program.cs" && (types.Length != 1 || Path.GetFileName(path).Split('.')[0] != types[0])
            select $"{Path.GetRelativePath(Repo.Root, path)}: {string.Join(", ", types)}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void UnsafeCodeIsInNetlinkOrNowhere()
    {
        var wrong = Files("src").Where(path =>
            !path.Contains("/Kernel/Netlink/", StringComparison.Ordinal) && Regex.IsMatch(Code(path), @"\bunsafe\b"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void SourceFilesAreAsciiAndShort()
    {
        var wrong =
            from path in Files("src").Concat(Files("tests"))
            let bytes = File.ReadAllBytes(path)
            where bytes.Any(b => b > 0x7e || (b < ' ' && b != '\n')) || bytes.Count(b => b == '\n') >= 250 || bytes[^1] != '\n'
            select Path.GetRelativePath(Repo.Root, path);
        Assert.Empty(wrong);
    }

    /// <summary>At most as wide as .editorconfig says, except the HELP text of a metric, which is one line beside its name.</summary>
    [Fact]
    public void NoLineIsTooWide()
    {
        var settings = File.ReadLines(Repo.Path(".editorconfig")).Select(line => line.Split('='));
        var width = int.Parse(settings.First(setting => setting[0].Trim() == "max_line_length")[1], CultureInfo.InvariantCulture);
        var wide =
            from path in Files("src").Concat(Files("tests"))
            from line in File.ReadLines(path)
            where line.Length > width && !line.Contains("\"tcpagent_", StringComparison.Ordinal)
            select $"{Path.GetRelativePath(Repo.Root, path)}: {line}";
        Assert.Empty(wide);
    }
}
