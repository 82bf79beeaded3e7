using System.Text.RegularExpressions;
using TcpAgent.Tests.Support;

namespace TcpAgent.Tests;

/// <summary>Rules of the source that no compiler checks.</summary>
public partial class LayeringTests
{
    /// <summary>What each folder may use besides itself; a folder without an entry may use what it likes but Web.</summary>
    static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Kernel"] = [],
        ["Metrics"] = ["Kernel"],
        ["Sources"] = ["Kernel", "Metrics"],
    };

    static string Source => Path.Combine(Repo.Root, "src", "TcpAgent");

    static readonly string[] s_folders = [.. Directory.GetDirectories(Source).Select(folder => Path.GetFileName(folder)!)];

    static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(Path.Combine(Repo.Root, folder), "*.cs", SearchOption.AllDirectories)
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
            && (Regex.IsMatch(code, $@"\bTcpAgent\.{folder}\b") || Regex.IsMatch(code, $@"^\s*using\s+(static\s+)?{folder}\b", RegexOptions.Multiline)));
    }

    [Fact]
    public void EachFolderUsesOnlyTheOnesBelowIt()
    {
        var wrong =
            from path in Files("src/TcpAgent")
            where s_allowed.ContainsKey(FolderOf(path))
            from used in Uses(path)
            where !s_allowed[FolderOf(path)].Contains(used)
            select $"{Path.GetRelativePath(Repo.Root, path)} uses {used}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void OnlyTheCommandLineUsesTheWeb()
    {
        var wrong = Files("src/TcpAgent").Where(path => FolderOf(path) is not ("Cli" or "Web") && Uses(path).Contains("Web"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void TheRulesSpeakOfFoldersThatHoldFiles()
    {
        foreach (var folder in s_allowed.Keys.Append("Web").Append("Cli"))
            Assert.NotEmpty(Files($"src/TcpAgent/{folder}"));
        Assert.Contains("Kernel", Uses(Path.Combine(Source, "Sources", "Softnet.cs")));
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
}
