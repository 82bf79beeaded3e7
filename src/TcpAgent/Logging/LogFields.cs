using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace TcpAgent.Logging;

/// <summary>The common part of the outputs: reads and names the parts of an event.</summary>
static class LogFields
{
    internal const string CodeFile = "codeFile";
    internal const string CodeLine = "codeLine";
    internal const string CodeMember = "codeMember";
    internal const string SourceContext = "SourceContext";
    const string EventIdProperty = "EventId";

    /// <summary>A part of the message whose pieces are properties of their own.</summary>
    internal const string Said = "Said";

    // "lj" renders strings in the message without quotes, as operators expect.
    static readonly MessageTemplateTextFormatter s_message = new("{Message:lj}", CultureInfo.InvariantCulture);

    internal static string Message(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        s_message.Format(logEvent, text);
        return text.ToString();
    }

    // promslog knows four levels.
    internal static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose or LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info",
        LogEventLevel.Warning => "warn",
        _ => "error",
    };

    internal static string Time(LogEvent logEvent) =>
        logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>"Sampler.cs:42", or null when the event has no source position.</summary>
    internal static string? Caller(LogEvent logEvent)
    {
        if (Scalar(logEvent, CodeFile) is not { } path)
            return null;

        var file = path[(path.LastIndexOf('/') + 1)..];
        return Scalar(logEvent, CodeLine) is { } line ? $"{file}:{line}" : file;
    }

    /// <summary>Serilog.Extensions.Logging passes the event id as a structure {Id, Name}.</summary>
    internal static int? EventId(LogEvent logEvent)
    {
        if (!logEvent.Properties.TryGetValue(EventIdProperty, out var value) || value is not StructureValue structure)
            return null;

        foreach (var property in structure.Properties)
        {
            if (property is { Name: "Id", Value: ScalarValue { Value: int id } })
                return id;
        }

        return null;
    }

    /// <summary>True for properties that a text line shows elsewhere (caller) or not at all.</summary>
    internal static bool IsHidden(string property) =>
        property is EventIdProperty or SourceContext or CodeFile or CodeLine or CodeMember or Said;

    /// <summary>A property must not look like one of the keys that every line has.</summary>
    internal static string Key(string property)
    {
        var key = SnakeCase.Of(property);
        return key is "ts" or "level" or "caller" or "msg" or "err" ? key + "_" : key;
    }

    /// <summary>The exception with its stack trace, on one line.</summary>
    internal static string Error(Exception exception)
    {
        var line = new StringBuilder();
        foreach (var part in exception.ToString().AsSpan().EnumerateLines())
        {
            var text = part.Trim();
            if (text.IsEmpty)
                continue;
            if (line.Length > 0)
                line.Append(' ');
            line.Append(text);
        }

        return line.ToString();
    }

    internal static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTime or DateTimeOffset => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    static string? Scalar(LogEvent logEvent, string name) =>
        logEvent.Properties.TryGetValue(name, out var value) && value is ScalarValue scalar ? Text(scalar.Value) : null;
}
