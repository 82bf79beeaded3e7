using System.Text.RegularExpressions;

namespace TcpAgent.Tests.Documents;

/// <summary>
/// docs/tour.md: a text by hand, with what was recorded of real incidents in the places that it names as {{accept-queue-ok}}.
/// </summary>
static partial class TourPage
{
    static readonly string s_folder = Repo.Path("tests", "TcpAgent.Tests", "Documents", "Tour");

    internal static string Page { get; } = Repo.Path("docs", "tour.md");

    internal static string Template { get; } = Path.Combine(s_folder, "page.template");

    internal static string Pictures { get; } = Repo.Path("docs", "tour");

    internal static IEnumerable<string> Recordings => Directory.GetFiles(s_folder, "*.txt");

    internal static string Recording(string name) => Path.Combine(s_folder, $"{name}.txt");

    internal static string Picture(string name) => Path.Combine(Pictures, $"{name}.png");

    internal static string Render() => Place().Replace(
        File.ReadAllText(Template),
        place => $"```\n{File.ReadAllText(Recording(place.Groups[1].Value))}```");

    [GeneratedRegex(@"\{\{([a-z-]+)\}\}")]
    private static partial Regex Place();
}
