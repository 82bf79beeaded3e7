using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

// The caller's file and line go into the journal entry as CODE_FILE and CODE_LINE, not into its text.
#pragma warning disable SYSLIB1015

namespace TcpAgent;

/// <summary>Every message that the agent can log. They are few, written for the operator, and logged once per change of state.</summary>
static partial class Log
{
    /// <summary>The names of the sources are a field of the line, which the message does not repeat.</summary>
    [LoggerMessage(1, LogLevel.Information, "Starting tcp-agent {Version}, sampling {SourceCount} sources of {ProcFs} every {Interval}")]
    internal static partial void Starting(
        ILogger logger, string version, string procFs, string interval, int sourceCount, string sources,
        [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(2, LogLevel.Information, "Listening on {Address}")]
    internal static partial void Listening(
        ILogger logger, string address, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(3, LogLevel.Information, "First sample taken: {Status}")]
    internal static partial void Ready(
        ILogger logger, string status, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(4, LogLevel.Error, "Source {Source} failed, its series are withdrawn: {Reason}")]
    internal static partial void SourceFailed(
        ILogger logger, string source, string reason, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(5, LogLevel.Warning, "Source {Source} was only partly readable; failed parts are not exported: {Reason}")]
    internal static partial void SourcePartial(
        ILogger logger, string source, string reason, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(6, LogLevel.Information, "Source {Source} works again by {Mode}")]
    internal static partial void SourceRecovered(
        ILogger logger, string source, string mode, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(7, LogLevel.Information, "Source {Source} is not available on this host; nothing is exported for it")]
    internal static partial void SourceAbsent(
        ILogger logger, string source, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(
        14, LogLevel.Information, "Source {Source} is skipped: it needs a privilege that the agent deliberately runs without: {Reason}")]
    internal static partial void SourceDenied(
        ILogger logger, string source, string reason, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(8, LogLevel.Error, "Source {Source} failed with an unexpected exception, which is a bug in the agent; its series are "
        + "withdrawn")]
    internal static partial void SourceThrew(
        ILogger logger, Exception exception, string source, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(9, LogLevel.Warning, "Samples are being skipped: one began {Late} late and took {Duration}, the interval is {Interval}")]
    internal static partial void SamplesMissed(
        ILogger logger, TimeSpan late, TimeSpan duration, TimeSpan interval, [CallerFilePath] string codeFile = "",
        [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(10, LogLevel.Information, "Samples are on time again; {Missed} were skipped since start")]
    internal static partial void SamplesOnTime(
        ILogger logger, long missed, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(11, LogLevel.Information, "Reloaded: kernel files and sockets reopened")]
    internal static partial void Reloaded(ILogger logger, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(12, LogLevel.Information, "Stopping after {Samples} samples")]
    internal static partial void Stopping(
        ILogger logger, long samples, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(13, LogLevel.Warning, "Running as root, which tcp-agent does not need: use an unprivileged user")]
    internal static partial void RunningAsRoot(ILogger logger, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(27, LogLevel.Information, "May use {HeapLimit} of heap and {OpenFiles} descriptors, keeps {Connections} connections")]
    internal static partial void Limits(
        ILogger logger, string heapLimit, int openFiles, int connections, [CallerFilePath] string codeFile = "",
        [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(
        28, LogLevel.Warning,
        "DOTNET_GCHeapHardLimit={Value} has no effect: give the bytes in hexadecimal without 0x, such as 4000000 for 64 MiB")]
    internal static partial void HeapLimitIgnored(
        ILogger logger, string value, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(15, LogLevel.Information, "Web configuration read from {File}: {Summary}")]
    internal static partial void WebConfigRead(
        ILogger logger, string file, string summary, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(16, LogLevel.Error, "Web configuration is invalid; the last valid one stays in force: {Problem}")]
    internal static partial void WebConfigBad(
        ILogger logger, string problem, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(17, LogLevel.Warning, "Web configuration: {Warning}")]
    internal static partial void WebConfigWarning(
        ILogger logger, string warning, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(18, LogLevel.Information, "History of the last {Span} is kept in {Path}")]
    internal static partial void HistoryOn(
        ILogger logger, string path, string span, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(19, LogLevel.Information, "History is off: there is neither a systemd state directory nor --history.file")]
    internal static partial void HistoryOff(ILogger logger, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(20, LogLevel.Error, "History cannot be written to {Path}; the agent continues without it: {Reason}")]
    internal static partial void HistoryFailed(
        ILogger logger, string path, string reason, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(21, LogLevel.Error, "History in {Path} has gaps: the disk has been busy for a minute")]
    internal static partial void HistorySlow(
        ILogger logger, string path, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(22, LogLevel.Information, "History is written to {Path} again")]
    internal static partial void HistoryRecovered(
        ILogger logger, string path, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(23, LogLevel.Warning, "History in {Path} has another version or span; it was moved to {SetAside}")]
    internal static partial void HistorySetAside(
        ILogger logger, string path, string setAside, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(24, LogLevel.Error, "An incident could not be kept beside {Path}: {Reason}")]
    internal static partial void IncidentFailed(
        ILogger logger, string path, string reason, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(25, LogLevel.Warning, "systemd is not notified: {Reason}")]
    internal static partial void NotNotified(
        ILogger logger, string reason, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(26, LogLevel.Information, "systemd is notified again; {Lost} notifications were lost since start")]
    internal static partial void NotifiedAgain(
        ILogger logger, long lost, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(
        41, LogLevel.Warning, "No query socket, so why asks over the loopback address instead: {Problem}. See --query.socket")]
    internal static partial void QuerySocketFailed(
        ILogger logger, string problem, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(29, LogLevel.Error, "History in {Path} is opened again: {Reason}; what it held since then is lost")]
    internal static partial void HistoryGone(
        ILogger logger, string path, string reason, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    /// <summary>What is said for people has the other fields in one sentence; null is a figure that nothing shows.</summary>
    [LoggerMessage(42, LogLevel.Warning, "Limiting: {Said}")]
    internal static partial void Limiting(
        ILogger logger, string said, string resource, string? subject, long? used, long? limit, long? lost, long? skipped,
        [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    /// <summary>The end of <see cref="Limiting"/>: how long it lasted, and what was lost until then.</summary>
    [LoggerMessage(43, LogLevel.Information, "No longer limiting: {Said}")]
    internal static partial void NoLongerLimiting(
        ILogger logger, string said, string resource, string? subject, long? lost, double durationSeconds,
        [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(44, LogLevel.Warning, "{Variable} is set, but no flag has that variable{Said}")]
    internal static partial void UnknownVariable(
        ILogger logger, string variable, string said, [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(
        45, LogLevel.Debug,
        "{Samples} samples, the longest {LongestMs} ms; the longest reads: {Reads}; {Walks} walks of socket tables, the longest "
        + "{LongestWalkMs} ms")]
    internal static partial void SampleTimes(
        ILogger logger, int samples, double longestMs, string reads, int walks, double longestWalkMs,
        [CallerFilePath] string codeFile = "", [CallerLineNumber] int codeLine = 0);

    [LoggerMessage(46, LogLevel.Debug, "Slow read: source {Source} took {TookMs} ms, by {Mode}")]
    internal static partial void SlowRead(
        ILogger logger, string source, double tookMs, string mode, [CallerFilePath] string codeFile = "",
        [CallerLineNumber] int codeLine = 0);

    /// <summary>
    /// MESSAGE_ID of the events that an operator may want to find in the journal (journalctl MESSAGE_ID=...); random and fixed.
    /// </summary>
    internal static string? MessageId(int eventId) => eventId switch
    {
        3 => "bf5578c0b8bb4865a5354a089e1e4b62",
        4 => "d7743e9f6eae4b4b9b56a9a02ed3eb2b",
        5 => "83b55f0907e34e8c9c10b4eba8773836",
        6 => "8a8a4034b8b64eb888673830d5491f56",
        8 => "e64ad57efc2d4b8dbde766d2d83284ee",
        9 => "673b65182a3440fe85cda69e54fd280b",
        11 => "c2475ae0bdce462ea9b6ff63af35f3b3",
        12 => "918a14ac2f37443c84fa653e2cfa35e1",
        15 => "9df5f83c0d5e494e80e46642ac2969b9",
        16 => "bb4d167346f644ffa2c49aa723ea7f46",
        20 => "911b444d6415451d8b91efb3544ec03a",
        22 => "309fadc6c5e840fd9ac34dcfcf22c944",
        29 => "5b0f7c9f3a1e4f4f9d3c8a6f0f0c6b27",
        42 => "1387e6e3d0fe486cb575dc76d599fa4f",
        43 => "7e63c79b628849f394765407347bc789",
        _ => null,
    };
}
