using System.Text.RegularExpressions;

namespace TcpAgent.Lab.Support;

/// <summary>What an executable asks of the host, as readelf(1) of binutils reads it.</summary>
static partial class Elf
{
    /// <summary>Every version of the C library that one of its symbols needs.</summary>
    internal static async Task<Version[]> GlibcVersions(string program) =>
        [.. GlibcVersion().Matches(await Read("--version-info", program)).Select(match =>
            Version.Parse(match.Groups[1].Value)).Distinct().Order()];

    internal static async Task<string[]> NeededLibraries(string program) =>
        [.. NeededLibrary().Matches(await Read("--dynamic", program)).Select(match => match.Groups[1].Value)];

    internal static async Task<string> Read(string what, string program) =>
        await Child.Run(Require.Tool("readelf", "binutils"), "--wide", what, program);

    [GeneratedRegex(@"Name: GLIBC_([0-9.]+)")]
    private static partial Regex GlibcVersion();

    [GeneratedRegex(@"\(NEEDED\)\s+Shared library: \[([^\]]+)\]")]
    private static partial Regex NeededLibrary();
}
