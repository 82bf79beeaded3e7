using System.Globalization;
using Serilog.Events;
using TcpAgent.System;

namespace TcpAgent.Logging;

/// <summary>
/// Writes log events to journald with their fields, so that journalctl can select by them. Never waits for journald: an event that journald
/// does not accept at once is dropped and counted. Thread safe.
/// </summary>
sealed class JournalSink(Func<int, string?> messageId, string path = JournalSink.DefaultPath) : ILogOutput
{
    internal const string DefaultPath = "/run/systemd/journal/socket";
    const string Identifier = "tcp-agent";

    readonly Lock _gate = new();
    readonly JournalSocket _socket = new(path);
    readonly JournalEntry _entry = new();
    long _dropped;

    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>True when stderr leads to the journal anyway: systemd.exec(5), JOURNAL_STREAM.</summary>
    internal static bool StderrIsJournal() => IsStream(Environment.GetEnvironmentVariable("JOURNAL_STREAM"), 2);

    /// <summary>False when nobody listens, as in a service with its own root directory.</summary>
    internal bool TryConnect()
    {
        lock (_gate)
            return _socket.TryConnect();
    }

    public void Emit(LogEvent logEvent)
    {
        lock (_gate)
        {
            _entry.Clear();
            Encode(logEvent, messageId, _entry);
            if (_socket.Send(_entry.Bytes))
                return;
        }

        Interlocked.Increment(ref _dropped);
    }

    public void Dispose()
    {
        lock (_gate)
            _socket.Dispose();
    }

    internal static void Encode(LogEvent logEvent, Func<int, string?> messageId, JournalEntry entry)
    {
        var message = LogFields.Message(logEvent);
        entry.Add("MESSAGE", logEvent.Exception is null ? message : message + "\n" + logEvent.Exception);
        entry.Add("PRIORITY", Priority(logEvent.Level));
        entry.Add("SYSLOG_IDENTIFIER", Identifier);
        if (LogFields.EventId(logEvent) is int id && messageId(id) is { } uuid)
            entry.Add("MESSAGE_ID", uuid);

        foreach (var (name, value) in logEvent.Properties)
        {
            if (name != LogFields.Said && value is ScalarValue scalar && LogFields.Text(scalar.Value) is { } text)
                entry.Add(Key(name), text);
        }
    }

    /// <summary>
    /// Compares device and inode as systemd.exec(5) requires, through statx: struct stat differs between x64 and arm64, struct statx does
    /// not, and statx on a descriptor needs no /proc.
    /// </summary>
    internal static bool IsStream(string? journalStream, int descriptor)
    {
        var colon = journalStream?.IndexOf(':') ?? -1;
        if (colon < 0
            || !ulong.TryParse(journalStream.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var device)
            || !ulong.TryParse(journalStream.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var inode)
            || Libc.statx(descriptor, "", Libc.AT_EMPTY_PATH, Libc.STATX_INO, out var status) != 0)
            return false;

        return status.stx_ino == inode && Device(status.stx_dev_major, status.stx_dev_minor) == device;
    }

    // makedev(3) as the C library encodes it.
    internal static ulong Device(ulong major, ulong minor) =>
        ((major & 0xfff) << 8) | ((major & ~0xffful) << 32) | (minor & 0xff) | ((minor & ~0xfful) << 12);

    // syslog(3)
    static string Priority(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "2",
        LogEventLevel.Error => "3",
        LogEventLevel.Warning => "4",
        LogEventLevel.Information => "6",
        _ => "7",
    };

    // systemd.journal-fields(7) for the well-known ones.
    static string Key(string property) => property switch
    {
        LogFields.CodeFile => "CODE_FILE",
        LogFields.CodeLine => "CODE_LINE",
        LogFields.CodeMember => "CODE_FUNC",
        LogFields.SourceContext => "TCPAGENT_LOGGER",
        _ => JournalEntry.KeyOf(property),
    };
}
