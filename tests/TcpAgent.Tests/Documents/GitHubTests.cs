using TcpAgent.Tests.Deploy;

namespace TcpAgent.Tests.Documents;

/// <summary>Files that only GitHub reads, where a mistake does not show before a push.</summary>
public class GitHubTests
{
    public static TheoryData<string> Forms =>
        [.. Directory.GetFiles(Repo.Path(".github", "ISSUE_TEMPLATE"), "*.yml").Select(path => Path.GetFileName(path))];

    [Fact]
    public void TheWorkflowEndsWithWhatRunsAnywhere()
    {
        var steps = Yaml.Load(Repo.Path(".github", "workflows", "ci.yml"))[0].List("jobs/ci/steps").ToArray();
        Assert.Equal(".ci/run", steps[^1].Text("run"));
        Assert.True(File.GetUnixFileMode(Repo.Path(".ci", "run")).HasFlag(UnixFileMode.UserExecute));
    }

    /// <summary>docs.github.com: "Syntax for issue forms".</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public void AFormHasWhatGitHubAsksFor(string file)
    {
        var form = Yaml.Load(Repo.Path(".github", "ISSUE_TEMPLATE", file))[0];
        Assert.InRange(form.Text("name").Length, 3, 40);
        Assert.InRange(form.Text("description").Length, 3, 200);
        var ids = new HashSet<string>();
        foreach (var element in form.List("body"))
        {
            if (element.Text("type") == "markdown")
            {
                Assert.NotEmpty(element.Text("attributes/value"));
                continue;
            }
            Assert.Contains(element.Text("type"), (string[])["checkboxes", "dropdown", "input", "textarea"]);
            Assert.NotEmpty(element.Text("attributes/label"));
            Assert.Matches("^[a-z-]+$", element.Text("id"));
            Assert.True(ids.Add(element.Text("id")), $"{element.Text("id")} is there twice");
            if (element.Text("type") == "dropdown")
                Assert.Distinct(element.Texts("attributes/options"));
        }
        Assert.NotEmpty(ids);
    }
}
