namespace TcpAgent.Tests;

/// <summary>tests/README.md says which rig to take for what.</summary>
public class TestsReadmeTests
{
    [Fact]
    public void ItNamesEveryRigAndEachTypeThatSupportsTests()
    {
        var readme = File.ReadAllText(Repo.Path("tests", "README.md"));
        var files = Directory.GetFiles(Repo.Path("tests"), "*Rig.cs", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Repo.Path("tests", "TcpAgent.Tests", "Support"), "*.cs"))
            .Concat(Directory.GetFiles(Repo.Path("tests", "TcpAgent.Lab", "Support"), "*.cs"));
        var types = files.Where(file => !File.ReadAllText(file).Contains("[Fact]", StringComparison.Ordinal));
        Assert.All(types, file => Assert.Contains($"`{Path.GetFileNameWithoutExtension(file)}`", readme, StringComparison.Ordinal));
    }
}
