using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using TcpAgent.Metrics;

namespace TcpAgent.Web;

/// <summary>
/// Which exposition a scraper gets. Since Prometheus 3.0 a scrape without one exact Content-Type fails; what it really sends is
/// OpenMetrics 1.0.0 first, then 0.0.1, text 1.0.0, text 0.0.4 and anything, with falling q.
/// </summary>
readonly record struct Negotiation(ExpositionFormat Format, string? Escaping)
{
    internal string ContentType => Format == ExpositionFormat.Text
        ? "text/plain; version=0.0.4; charset=utf-8"
        : $"application/openmetrics-text; version=1.0.0; charset=utf-8{(Escaping is null ? "" : $"; escaping={Escaping}")}";

    /// <summary>The highest q that can be served, the first of equals; text 0.0.4 when nothing can or the header is no list.</summary>
    internal static Negotiation For(StringValues accept)
    {
        var best = new Negotiation(ExpositionFormat.Text, null);
        var bestQuality = 0.0;
        if (!MediaTypeHeaderValue.TryParseList(accept, out var types))
            return best;
        foreach (var type in types)
        {
            var quality = type.Quality ?? 1;
            if (quality > bestQuality && FormatOf(type) is { } format)
                (best, bestQuality) = (new Negotiation(format, EscapingOf(type)), quality);
        }
        return best;
    }

    /// <summary>Whether gzip may be sent: named, or covered by *, and not with q=0.</summary>
    internal static bool AcceptsGzip(StringValues acceptEncoding)
    {
        if (!StringWithQualityHeaderValue.TryParseList(acceptEncoding, out var encodings))
            return false;
        var any = false;
        foreach (var encoding in encodings)
        {
            var accepted = encoding.Quality is null or > 0;
            if (encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase))
                return accepted;
            any |= accepted && encoding.Value == "*";
        }
        return any;
    }

    static ExpositionFormat? FormatOf(MediaTypeHeaderValue type)
    {
        var version = Parameter(type, "version");
        if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            return version is null or "1.0.0" ? ExpositionFormat.OpenMetrics : null;
        if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            return version is null or "0.0.4" ? ExpositionFormat.Text : null;
        return type.MatchesAllTypes || type.MediaType.Equals("text/*", StringComparison.OrdinalIgnoreCase) ? ExpositionFormat.Text : null;
    }

    /// <summary>The scheme is only echoed: the agent's names need no escaping under any. One not known is ignored.</summary>
    static string? EscapingOf(MediaTypeHeaderValue type) =>
        Parameter(type, "escaping") is "allow-utf-8" or "underscores" or "dots" or "values" ? Parameter(type, "escaping") : null;

    static string? Parameter(MediaTypeHeaderValue type, string name)
    {
        foreach (var parameter in type.Parameters)
            if (parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return HeaderUtilities.RemoveQuotes(parameter.Value).Value;
        return null;
    }
}
