namespace TcpAgent.Tests.Documents;

/// <summary>docs/tour.md is what `make tour` writes, and has all of its pictures.</summary>
public class TourPageTests
{
    const int Largest = 100_000;

    static readonly Markdown s_page = new(TourPage.Page);

    [Fact]
    public void ThePageIsTheTemplateWithWhatWasRecorded() => GoldenFile.AssertEquals(TourPage.Page, TourPage.Render());

    [Fact]
    public void EveryRecordingIsShown()
    {
        var template = File.ReadAllText(TourPage.Template);
        Assert.NotEmpty(TourPage.Recordings);
        Assert.All(
            TourPage.Recordings,
            path => Assert.Contains($"{{{{{Path.GetFileNameWithoutExtension(path)}}}}}", template, StringComparison.Ordinal));
    }

    /// <summary>That those exist to which it links is a test of all pages.</summary>
    [Fact]
    public void EveryPictureIsShownAndSmall()
    {
        var pictures = Directory.GetFiles(TourPage.Pictures);
        Assert.Equal(
            s_page.Links.Select(link => link.Target).Where(target => target.EndsWith(".png", StringComparison.Ordinal)).Order(),
            pictures.Select(path => $"tour/{Path.GetFileName(path)}").Order());
        Assert.All(pictures, path => Assert.InRange(new FileInfo(path).Length, 1, Largest));
    }

    /// <summary>Each incident is found once from the page alone and once from the shell alone, and the fix is proved.</summary>
    [Fact]
    public void EveryIncidentHasAPageAShellAFixAndAProof()
    {
        var names = TourPage.Recordings.Select(path => Path.GetFileNameWithoutExtension(path)).ToArray();
        var incidents = names.Where(name => name.EndsWith("-ok", StringComparison.Ordinal)).Select(name => name[..^"-ok".Length]).ToArray();
        Assert.Equal(5, incidents.Length);
        Assert.All(incidents, incident =>
        {
            Assert.Contains($"{incident}-fix", names);
            AssertAnswers($"{incident}-limiting", "LIMITING: ");
            AssertAnswers($"{incident}-ok", "OK: ");
        });
    }

    static void AssertAnswers(string name, string answer)
    {
        Assert.StartsWith($"$ tcp-agent why\n{answer}", File.ReadAllText(TourPage.Recording(name)), StringComparison.Ordinal);
        Assert.True(File.Exists(TourPage.Picture(name)), $"{name} has no picture");
    }
}
