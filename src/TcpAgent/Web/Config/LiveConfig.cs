using Microsoft.Extensions.Logging;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Web.Config;

/// <summary>
/// The configuration in force. Each request and handshake compares the files' stamps and reads changed files again. An invalid file leaves
/// the last valid configuration in force, and log and metric say so. Open connections stay open.
/// </summary>
sealed class LiveConfig
{
    /// <summary>The granularity of file times on kernels before 6.13: two changes within it may have the same time.</summary>
    static readonly TimeSpan s_granularity = TimeSpan.FromMilliseconds(20);

    /// <summary>Files that change faster than they can be read are read again at the next request.</summary>
    const int MostTries = 5;

    readonly string _path;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly ReloadStatus _status;
    readonly Lock _lock = new();
    volatile ActiveConfig _active;
    volatile Watched _watched;
    string _trouble = "";

    LiveConfig(string path, TimeProvider time, ILogger logger, ReloadStatus status, ActiveConfig active, Watched watched) =>
        (_path, _time, _logger, _status, _active, _watched) = (path, time, logger, status, active, watched);

    /// <summary>Returns null when the file has problems, which the findings list.</summary>
    internal static LiveConfig? Open(string path, TimeProvider time, ILogger logger, ReloadStatus status, ConfigReport findings)
    {
        var (active, report, watched, begun) = Read(path, time, before: null);
        findings.Add(report);
        if (active is null)
            return null;
        status.Succeeded(begun);
        return new LiveConfig(path, time, logger, status, active, watched);
    }

    /// <summary>
    /// Reads all files, and reads them again if one was replaced meanwhile, so that a certificate is never paired with the key of another.
    /// </summary>
    static (ActiveConfig? Active, ConfigReport Findings, Watched Watched, DateTimeOffset Begun) Read(
        string path, TimeProvider time, Watched? before)
    {
        for (var tries = 1; ; tries++)
        {
            var (files, findings, begun) = (new List<(string, FileStamp)>(), new ConfigReport(path), time.GetUtcNow());
            var active = ActiveConfig.Load(path, time, findings, files);
            var watched = Watched.Of(files, begun, time, before);
            if (tries >= MostTries || watched.IsCurrent)
                return (active, findings, watched, begun);
        }
    }

    internal bool HasTls => _active.Tls is not null;

    /// <summary>The configuration of the files as they are now, or as they were when last valid.</summary>
    internal ActiveConfig Fresh()
    {
        if (_watched.HasChanged(_time))
            lock (_lock)
                if (_watched.HasChanged(_time))
                    Reload();
        return _active;
    }

    /// <summary>Called on SIGHUP: reads the files whether they changed or not.</summary>
    internal void ReadAgain()
    {
        lock (_lock)
            Reload();
    }

    void Reload()
    {
        var before = _watched;
        var (read, findings, watched, begun) = Read(_path, _time, before);
        _watched = watched;
        if (read is not null && (read.Tls is null) != (_active.Tls is null))
        {
            findings.Wrong(0, 0, "TLS cannot be switched on or off while the agent runs: restart it");
            read = null;
        }
        if (read is null)
        {
            _status.Failed();
            var trouble = findings.Problems[0].ToString();
            if (trouble != _trouble)
                Log.WebConfigBad(_logger, trouble);
            _trouble = trouble;
            return;
        }
        _status.Succeeded(begun);
        if (_trouble.Length > 0 || !_watched.SameAs(before))
            Log.WebConfigRead(_logger, _path, read.Describe());
        _trouble = "";

        // An unchanged rate limit keeps its state; otherwise each reload would grant another burst.
        _active = read.Config.RateLimit == _active.Config.RateLimit ? read with { Bucket = _active.Bucket } : read;
    }

    /// <summary>The stamps of the files of one reading, each from before its content was read.</summary>
    /// <param name="Files">The files that the configuration depends on.</param>
    /// <param name="IsSettled">
    /// Whether a further change is certain to show in the stamps. A file that changed just before it was read is read once more.
    /// </param>
    /// <param name="Taken">The time of the reading, by the monotonic clock.</param>
    sealed record Watched((string Path, FileStamp Stamp)[] Files, bool IsSettled, long Taken)
    {
        internal static Watched Of(
            List<(string Path, FileStamp Stamp)> stamped, DateTimeOffset begun, TimeProvider time, Watched? before)
        {
            var files = stamped.ToArray();
            var newest = DateTimeOffset.UnixEpoch;
            foreach (var (_, stamp) in files)
                if (stamp.Changed > newest)
                    newest = stamp.Changed;
            var watched = new Watched(files, newest < begun - s_granularity, time.GetTimestamp());
            return before is not null && watched.SameAs(before) ? watched with { IsSettled = true } : watched;
        }

        internal bool HasChanged(TimeProvider time)
        {
            return (!IsSettled && time.GetElapsedTime(Taken) > s_granularity) || !IsCurrent;
        }

        /// <summary>Whether each path still leads to the file that was read.</summary>
        internal bool IsCurrent
        {
            get
            {
                foreach (var (path, stamp) in Files)
                    if (FileStamp.Of(path) != stamp)
                        return false;
                return true;
            }
        }

        internal bool SameAs(Watched other) => Files.AsSpan().SequenceEqual(other.Files);
    }
}
