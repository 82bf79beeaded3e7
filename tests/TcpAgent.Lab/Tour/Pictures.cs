using TcpAgent.Lab.Page;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Tour;

/// <summary>Pictures of the page, in as few colours as it needs: a third of the bytes. Made by ImageMagick.</summary>
static class Pictures
{
    static string Convert => Require.Tool("convert", "imagemagick");

    internal static async Task Take(Tab tab, string path, int colours)
    {
        var whole = $"{path}.whole.png";
        await tab.Picture(whole);
        await Child.Run(Convert, whole, "-strip", "+dither", "-colors", $"{colours}", $"PNG8:{path}");
        File.Delete(whole);
    }

    /// <summary>One after the other, half a second each and the last for three, then from the beginning.</summary>
    internal static Task Join(IReadOnlyList<string> frames, string path) => Child.Run(
        Convert,
        [
            "-loop", "0", "-delay", "50", .. frames.SkipLast(1), "-delay", "300", frames[^1], "+dither", "-colors", "28", "-layers",
            "OptimizeTransparency", path,
        ]);
}
