using System.Text;
using Microsoft.Extensions.Primitives;
using TcpAgent.Metrics;
using TcpAgent.Web;
using TcpAgent.Web.Config;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>What a client or an operator sends.</summary>
static class WebTargets
{
    static readonly string[] s_types =
    [
        "text/plain; version=0.0.4; charset=utf-8", "application/openmetrics-text; version=1.0.0; charset=utf-8",
        .. ((string[])["allow-utf-8", "underscores", "dots", "values"])
            .Select(scheme => $"application/openmetrics-text; version=1.0.0; charset=utf-8; escaping={scheme}"),
    ];

    /// <summary>One header, or several, each a line.</summary>
    internal static void Accept(byte[] input)
    {
        var header = Encoding.Latin1.GetString(input);
        var lines = new StringValues(header.Split('\n'));
        var negotiated = Negotiation.For(lines);
        Hold(s_types.Contains(negotiated.ContentType), negotiated.ContentType);

        // ASP.NET's reader allows blanks around the slash.
        header = string.Concat(header.Where(c => !char.IsWhiteSpace(c)));
        Hold(
            negotiated.Format == ExpositionFormat.Text
                || header.Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase),
            "OpenMetrics, which was not asked for");
        Hold(
            !Negotiation.AcceptsGzip(lines) || header.Contains('*', StringComparison.Ordinal)
                || header.Contains("gzip", StringComparison.OrdinalIgnoreCase),
            "gzip, which was not asked for");
    }

    internal static void Authorization(byte[] input)
    {
        var header = Encoding.Latin1.GetString(input);
        if (!BasicAuth.TryParse(new StringValues(header.Split('\n')), out var user, out var password))
            return;
        Hold(
            !user.Contains(':', StringComparison.Ordinal) && password.Length <= 511 && !password.AsSpan().Contains((byte)0),
            "no such user or password");
        var credentials = Convert.FromBase64String(header["Basic ".Length..].Trim(' '));
        Hold(
            credentials.AsSpan().EndsWith(password)
                && Encoding.UTF8.GetString(credentials).StartsWith($"{user}:", StringComparison.Ordinal), "other credentials");
    }

    internal static void Config(byte[] input)
    {
        if (input.Length > ConfigReader.MaxLength)
            return;
        var text = Encoding.UTF8.GetString(input);

        // The library counts the end as another part.
        var lines = text.Count(c => c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029') + 2;
        var findings = new ConfigReport("f");
        var config = ConfigReader.Read(text, findings);
        Hold(findings.IsGood == config is not null, "neither a configuration nor a problem");
        foreach (var problem in (ReadOnlySpan<Problem>)[.. findings.Problems, .. findings.Warnings])
            Hold(
                problem.Line >= 1 && problem.Line <= lines && problem.Column >= 1 && problem.Text.Length > 0,
                $"{problem}, of {lines} lines");
        if (config is null)
            return;
        foreach (var (name, value) in config.Headers)
            Hold(!name.Concat(value).Any(char.IsControl), $"{name} would end its line");
        foreach (var (user, hash) in config.Users)
            Hold(!user.Contains(':', StringComparison.Ordinal) && ConfigReader.Cost(hash) is >= 4 and <= 31, user);
        if (config.RateLimit is { } limit)
            Hold(
                limit.Interval > TimeSpan.Zero && limit.Interval <= TimeSpan.FromHours(1) && limit.Burst is > 0 and <= 1_000_000,
                $"{limit}");
    }
}
