using System.Text.RegularExpressions;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Tests;

/// <summary>Every kind of traffic that is started exists in traffic.py; the lab itself would notice minutes later.</summary>
public partial class TrafficKindsTests
{
    static readonly Match[] s_functions =
        [.. Directory.GetFiles(Folder, "*.py").SelectMany(file => Kinds().Matches(File.ReadAllText(file)))];

    static readonly string[] s_kinds = [.. s_functions.Select(Name)];

    static string Folder => Repo.Path("tests", "TcpAgent.Lab", "Traffic");

    static string Name(Match function) => function.Groups["name"].Value;

    [GeneratedRegex("""^@(un)?timed\ndef (?<name>\w+)\(.*\):\n(    "{3}(\* )?(?<help>[A-Z][^"]*))?""", RegexOptions.Multiline)]
    private static partial Regex Kinds();

    [Fact]
    public void ThoseThatTestsNameAreThere() => Assert.Equal(
        s_kinds.Where(name => !name.StartsWith("record_", StringComparison.Ordinal)).Order(),
        Enum.GetValues<Kind>().Select(kind => kind.Name()).Order());

    /// <summary>Kinds that the guests of the kernel matrix and the soak start by name, in Python.</summary>
    [Theory]
    [InlineData("tests/TcpAgent.Lab/KernelMatrix/guest_conditions.py", """\b(?:traffic|listening)\((?:"\w"|None), "(\w+)" """)]
    [InlineData("tests/TcpAgent.Lab/KernelMatrix/guest_stage.py", """\b(?:traffic|listening)\((?:"\w"|None), "(\w+)" """)]
    [InlineData("tests/TcpAgent.Benchmarks/soak/load.py", """\bTRAFFIC, "(\w+)" """)]
    public void ScriptsThatProgramsNameExist(string file, string pattern)
    {
        var named = Regex.Matches(File.ReadAllText(Repo.Path(file)), pattern.Trim()).Select(one => one.Groups[1].Value).ToArray();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(s_kinds));
    }

    [Fact]
    public void EachSaysWhatItDoes() => Assert.Empty(s_functions.Where(function => !function.Groups["help"].Success).Select(Name));

    [Fact]
    public void EveryScriptWithAKindIsInTheHelp()
    {
        var front = File.ReadAllText(Path.Combine(Folder, "traffic.py"));
        var modules = Regex.Match(front, @"^MODULES = \((.*?)\)$", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;
        var scripts = Directory.GetFiles(Folder, "*.py").Where(file => Kinds().IsMatch(File.ReadAllText(file)));
        var named = Regex.Matches(modules, @"\w+").Select(name => name.Value);
        Assert.Equal(scripts.Select(Path.GetFileNameWithoutExtension).Order(), named.Order());
    }

    /// <summary>Traffic is made in that folder and nowhere else in the lab.</summary>
    [Fact]
    public void NoTestBringsPythonOfItsOwn()
    {
        var python = Directory.GetFiles(Repo.Path("tests", "TcpAgent.Lab"), "*.py", SearchOption.AllDirectories);
        Assert.Equal(
            ["KernelMatrix", "Packaging", "Pictures", "Traffic"],
            python.Select(Path.GetDirectoryName).Distinct().Select(Path.GetFileName).Order());
        Assert.DoesNotContain(
            Directory.GetFiles(Repo.Path("tests", "TcpAgent.Lab"), "*.cs", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains("import socket", StringComparison.Ordinal));
    }
}
