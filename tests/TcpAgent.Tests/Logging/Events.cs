using System.Text;
using Serilog.Events;
using Serilog.Parsing;

namespace TcpAgent.Tests.Logging;

/// <summary>Log events as Serilog would hand them to a sink.</summary>
static class Events
{
    internal static readonly DateTimeOffset Time = new(2026, 11, 20, 23, 51, 0, 123, TimeSpan.FromHours(1));

    internal static LogEvent Of(LogEventLevel level, string template, params (string Name, object? Value)[] properties) =>
        Of(level, null, template, properties);

    internal static LogEvent Of(
        LogEventLevel level, Exception? exception, string template, params (string Name, object? Value)[] properties)
    {
        var list = properties.Select(p => new LogEventProperty(p.Name, p.Value as LogEventPropertyValue ?? new ScalarValue(p.Value)));
        return new LogEvent(Time, level, exception, new MessageTemplateParser().Parse(template), list);
    }

    /// <summary>The form in which Serilog.Extensions.Logging passes an event id.</summary>
    internal static (string Name, object? Value) EventId(int id) =>
        ("EventId", new StructureValue([new("Id", new ScalarValue(id)), new("Name", new ScalarValue("SourceFailed"))]));

    /// <summary>What is left of a text in UTF-8: half a surrogate pair becomes the replacement character.</summary>
    internal static string Unicode(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
