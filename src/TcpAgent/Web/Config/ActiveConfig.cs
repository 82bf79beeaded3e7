using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Web.Config;

/// <summary>One valid reading of the file and of all files that it names, ready for use.</summary>
/// <param name="Config">The file's settings.</param>
/// <param name="Tls">Null: plain HTTP.</param>
/// <param name="Bucket">Null: no limit.</param>
sealed record ActiveConfig(WebConfig Config, ServerTls? Tls, TokenBucket? Bucket)
{
    /// <summary>Null when there are problems.</summary>
    /// <param name="path">The file of --web.config.file.</param>
    /// <param name="time">The clock for certificate validity and the rate limit.</param>
    /// <param name="findings">Receives problems and warnings.</param>
    /// <param name="files">The files that the result depends on, valid or not, with the stamps of what was read.</param>
    internal static ActiveConfig? Load(
        string path, TimeProvider time, ConfigReport findings, List<(string Path, FileStamp Stamp)> files)
    {
        var text = TextFile.Read(path, ConfigReader.MaxLength, out var stamp, out var problem);
        files.Add((path, stamp));
        if (text is null)
        {
            findings.Wrong(0, 0, problem);
            return null;
        }
        var config = ConfigReader.Read(text, findings);
        if (config is null)
            return null;
        ServerTls? tls = null;
        if (config.Tls is not null)
        {
            var pem = new PemReader(Path.GetDirectoryName(Path.GetFullPath(path))!, time, findings);
            tls = ServerTls.Load(config.Tls, config.Http2, pem, findings);
            files.AddRange(pem.Files);
        }
        return findings.IsGood
            ? new ActiveConfig(config, tls, config.RateLimit is null ? null : new TokenBucket(config.RateLimit, time))
            : null;
    }

    /// <summary>Describes the configuration in one line, without secrets.</summary>
    internal string Describe()
    {
        var parts = new List<string>();
        if (Tls is null)
            parts.Add("plain HTTP");
        else
            parts.Add(
                $"{Tls.Config.Versions.ToString().Replace("Tls1", "TLS 1.", StringComparison.Ordinal)}, {Tls.Certificate.Subject} until "
                + $"{Tls.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}, {Tls.Config.ClientAuth}");
        parts.Add(Config.Users.Count == 0 ? "no passwords" : Config.Users.Count == 1 ? "1 user" : $"{Config.Users.Count} users");
        if (Config.RateLimit is { } limit)
            parts.Add($"{limit.Burst} requests at once, then one per {Duration.Format(limit.Interval)}");
        return string.Join("; ", parts);
    }
}
