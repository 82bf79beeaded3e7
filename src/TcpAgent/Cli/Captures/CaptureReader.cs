using TcpAgent.History;

namespace TcpAgent.Cli;

/// <summary>Finds out what a path is, and judges it: folders and archives of captures and reports, documents, history files.</summary>
/// <param name="options">The flags.</param>
/// <param name="at">The moment of a history, in milliseconds since the epoch; null for the newest.</param>
sealed class CaptureReader(AgentOptions options, long? at)
{
    /// <summary>The beginning of a file, and where in it tar says its name.</summary>
    const int HeadLength = 512, TarAt = 257;

    static readonly (byte[] Magic, string Name)[] s_others =
    [
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "xz"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ("BZh"u8.ToArray(), "bzip2"),
        ("PK"u8.ToArray(), "zip"),
    ];

    /// <summary>Returns null and a problem for people if a verdict cannot be had from it.</summary>
    internal Captured? TryRead(IReadOnlyList<string> paths, out string problem)
    {
        try
        {
            return paths is [var first, var second] ? ReadPair(first, second, out problem)
                : Directory.Exists(paths[0]) ? ReadFolder(paths[0], paths[0], out problem)
                : ReadFile(paths[0], out problem);
        }
        catch (Exception e) when (Output.IsFailure(e) || e is InvalidDataException)
        {
            problem = e.Message;
            return null;
        }
    }

    Captured? ReadPair(string first, string second, out string problem)
    {
        problem = at is null ? "" : "--at does not apply to captures";
        foreach (var path in (string[])[first, second])
            if (problem.Length == 0 && (!Directory.Exists(path) || CaptureRoot.In(path) is not [_]))
                problem = $"{path} is not one folder shaped like /proc (it needs one of {string.Join(", ", CaptureRoot.Signs)})";
        return problem.Length > 0 ? null : CaptureSampling.Judge(
            options, $"{first} and {second}", CaptureRoot.In(first)[0], CaptureRoot.In(second)[0], out problem);
    }

    /// <param name="name">What was asked for, for people.</param>
    /// <param name="folder">The folder, or where an archive was unpacked.</param>
    /// <param name="problem">What is wrong.</param>
    Captured? ReadFolder(string name, string folder, out string problem)
    {
        var report = CaptureDocument.IsReport(folder) || Directory.GetDirectories(folder) is not [var only] ? folder : only;
        if (CaptureDocument.IsReport(report))
            return CaptureDocument.TryReadReport(name, report, at, out problem);
        problem = at is null ? "" : $"{name} is a capture and no history: --at does not apply";
        if (problem.Length > 0)
            return null;
        if (Supportconfig.Is(report))
            return ReadSupportconfig(name, report, out problem);
        var moments = CaptureRoot.In(folder);
        switch (moments)
        {
            case [var one]:
                return Named(CaptureSampling.Judge(options, one), one.Folder, name);
            case [var first, var second]:
                return CaptureSampling.Judge(options, name, first, second, out problem) is { } pair ? Named(pair, folder, name) : null;
            default:
                problem = moments.Count == 0
                    ? $"{name} holds no folder shaped like /proc (it needs one of {string.Join(", ", CaptureRoot.Signs)})"
                    : $"{name} holds {moments.Count} captures: name two of them, --from A --from B";
                return null;
        }
    }

    Captured? ReadSupportconfig(string name, string report, out string problem)
    {
        using var written = new Supportconfig(report);
        var root = CaptureRoot.At(written.Folder);
        problem = root is null ? $"{name} is a supportconfig with neither the output of nstat -az nor that of sysctl -a" : "";
        return root is null ? null : Named(CaptureSampling.Judge(options, root), root.Folder, name);
    }

    /// <summary>Names what the user named, not where an archive was unpacked.</summary>
    static Captured Named(Captured captured, string path, string name) => captured with
    {
        Provenance = captured.Provenance with { Title = captured.Provenance.Title.Replace(path, name, StringComparison.Ordinal) },
        Warnings = captured.Warnings.ConvertAll(warning => warning.Replace(path, name, StringComparison.Ordinal)),
    };

    Captured? ReadFile(string path, out string problem)
    {
        using var file = File.OpenRead(path);
        if (!file.CanSeek)
        {
            problem = $"{path} is a pipe or a device: write it to a file first";
            return null;
        }
        var head = new byte[HeadLength];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        foreach (var (magic, packer) in s_others)
            if (head.AsSpan().StartsWith(magic))
            {
                problem = $"{path} is packed by {packer}, which this program cannot read. Unpack it first: "
                    + (packer == "zip" ? $"unzip {path}" : $"tar xf {path}") + ", and name the folder";
                return null;
            }
        var isGzip = head is [0x1F, 0x8B, ..];
        if (isGzip || head.AsSpan(Math.Min(TarAt, head.Length)).StartsWith("ustar"u8))
        {
            file.Position = 0;
            using var archive = CaptureArchive.TryUnpack(path, file, isGzip, out problem);
            return archive is null ? null : ReadFolder(path, archive.Folder, out problem);
        }
        if (!head.AsSpan().StartsWith(HistoryHeader.Magic) && head.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
            return CaptureDocument.Load(path, out problem) is { } json ? CaptureDocument.TryRead(path, json, at, out problem) : null;
        if (CaptureDocument.TryReadHistory(path, at, out problem) is { } history)
            return history;
        if (problem.Contains("is not a history file", StringComparison.Ordinal))
            problem = $"{path} is neither a capture (a folder, .tar or .tar.gz), nor a verdict of why --json, a report or a history file";
        return null;
    }
}
