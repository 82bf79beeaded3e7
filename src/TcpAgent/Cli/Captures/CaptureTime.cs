using System.Globalization;
using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Cli;

/// <summary>When a capture was taken, as far as its files show it.</summary>
/// <param name="Wall">By the host's own clock; without proc/stat and proc/uptime, when a file of the capture was written.</param>
/// <param name="Uptime">Time since boot; null without proc/uptime.</param>
/// <param name="Boot">When the host booted, in seconds since the epoch; null without proc/stat.</param>
readonly record struct CaptureTime(DateTimeOffset Wall, TimeSpan? Uptime, long? Boot)
{
    /// <summary>A host that is set to the right time moves its boot, which is computed. Another boot is further away.</summary>
    const long MostClockSteps = 120;

    internal static CaptureTime Of(CaptureRoot root)
    {
        var (uptime, boot) = (UptimeOf(root), BootOf(root));
        var wall = uptime is { } since && boot is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) + since : WrittenAt(root);
        return new CaptureTime(wall, uptime, boot);
    }

    /// <summary>The time from an earlier capture to this one; null if unknown, 0 or less if they are out of order.</summary>
    internal TimeSpan? Since(CaptureTime earlier) => Uptime is { } now && earlier.Uptime is { } then ? now - then
        : Wall > earlier.Wall ? Wall - earlier.Wall
        : null;

    /// <summary>Whether the two are of different hosts, or of one that was booted in between.</summary>
    internal bool IsOtherBoot(CaptureTime other) => Boot is { } own && other.Boot is { } its && Math.Abs(own - its) > MostClockSteps;

    static TimeSpan? UptimeOf(CaptureRoot root) =>
        double.TryParse(
            FirstWord(Read($"{root.ProcFs}/uptime")), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds < int.MaxValue
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>"btime SECONDS" of /proc/stat.</summary>
    static long? BootOf(CaptureRoot root)
    {
        const string Name = "btime ";
        foreach (var line in Read($"{root.ProcFs}/stat").Split('\n'))
            if (line.StartsWith(Name, StringComparison.Ordinal)
                && uint.TryParse(line[Name.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return seconds;
        return null;
    }

    static string FirstWord(string text) => text.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end ? text[..end] : text.TrimEnd();

    static string Read(string path)
    {
        using var file = new ProcFile(path, ProcFile.TableCapacity, keepOpen: false);
        return file.Read(out var text) == 0 ? Encoding.Latin1.GetString(text) : "";
    }

    static DateTimeOffset WrittenAt(CaptureRoot root)
    {
        foreach (var sign in CaptureRoot.Signs)
            if (Path.Exists($"{root.ProcFs}/{sign}"))
                return File.GetLastWriteTimeUtc($"{root.ProcFs}/{sign}");
        return DateTimeOffset.UnixEpoch;
    }
}
