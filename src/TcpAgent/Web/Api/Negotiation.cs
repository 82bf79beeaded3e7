using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using TcpAgent.Metrics;

namespace TcpAgent.Web;

/// <summary>
/// Chooses the exposition format for a scraper. Since Prometheus 3.0 a scrape fails unless the Content-Type matches exactly. Its Accept
/// header lists OpenMetrics 1.0.0 first, then 0.0.1, text 1.0.0, text 0.0.4 and anything, with falling q.
/// </summary>
readonly record struct Negotiation(ExpositionFormat Format, string? Escaping)
{
    internal string ContentType => Format == ExpositionFormat.Text
        ? "text/plain; version=0.0.4; charset=utf-8"
        : $"application/openmetrics-text; version=1.0.0; charset=utf-8{(Escaping is null ? "" : $"; escaping={Escaping}")}";

    /// <summary>
    /// Chooses the format with the highest q that the agent can serve, the first among equals; text 0.0.4 if there is none or the header is
    /// invalid.
    /// </summary>
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

    /// <summary>Whether gzip may be sent: the header names it or has *, and not with q=0.</summary>
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

    /// <summary>Echoes the escaping scheme, because the agent's names need no escaping under any. An unknown scheme is ignored.</summary>
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
