using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace TcpAgent.Cli;

/// <summary>The files of a report, all of them text, and what is missing from it. They are written as one tar.gz.</summary>
/// <param name="name">The folder in the archive.</param>
/// <param name="redactor">Replaces addresses; null to keep them.</param>
sealed class ReportFiles(string name, Redactor? redactor)
{
    readonly List<(string Path, byte[] Content)> _files = [];
    readonly List<string> _notes = [];

    internal IReadOnlyList<string> Notes => _notes;

    internal int Count => _files.Count;

    internal void Add(string path, ReadOnlySpan<byte> content) => Add(path, Encoding.UTF8.GetString(content));

    internal void Add(string path, string content) =>
        _files.Add((Redact(path), Encoding.UTF8.GetBytes(Redact(content))));

    /// <summary>Says what the report does not have, and why.</summary>
    internal void Note(string text) => _notes.Add(Redact(text));

    string Redact(string text) => redactor?.Apply(text) ?? text;

    /// <exception cref="IOException">The output cannot be written.</exception>
    internal void Write(Stream output, DateTimeOffset time)
    {
        using var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        using var tar = new TarWriter(gzip, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var (path, content) in _files)
        {
            using var data = new MemoryStream(content);
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{name}/{path}")
            {
                DataStream = data,
                ModificationTime = time,
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            });
        }
    }
}
