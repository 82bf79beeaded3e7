using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TcpAgent.History;

namespace TcpAgent.Web;

/// <summary>
/// The live page at / and its files, which are those of the folder Page and part of the program. The modules are served as one file,
/// because a bad connection can lose each additional request.
/// </summary>
sealed class Page
{
    /// <summary>The policy forbids content from elsewhere, inline content and framing.</summary>
    internal const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action "
        + "'none'; frame-ancestors 'none'";

    const string Index = "index.html", Joined = "page.js";

    /// <summary>The modules of page.js, each after those that it imports.</summary>
    internal static readonly string[] Modules =
    [
        "agent", "zone", "dom", "store", "plot", "timeline", "hero", "verdict", "vitals", "panels", "listeners", "tables", "connections",
        "events",
        "chrome", "pointer", "save", "past", "main",
    ];

    sealed record Asset(string ContentType, byte[] Body, EntityTagHeaderValue Tag);

    readonly FrozenDictionary<string, Asset> _assets;

    /// <param name="telemetryPath">The page links to it.</param>
    internal Page(string telemetryPath)
    {
        var assets = new Dictionary<string, Asset>();
        foreach (var (name, body) in Served())
        {
            // Relative links, so that the page works behind a proxy under any path.
            var content = name != Index ? body : Encoding.UTF8.GetBytes(
                Encoding.UTF8.GetString(body).Replace("href=\"metrics\"",
                    $"href=\"{WebUtility.HtmlEncode(telemetryPath.TrimStart('/'))}\"", StringComparison.Ordinal));
            assets[name == Index ? "/" : $"/page/{name}"] = new Asset(ContentType(name), content, Tag(content));
        }
        _assets = assets.ToFrozenDictionary();
    }

    static List<(string Name, byte[] Body)> Served()
    {
        var modules = new Dictionary<string, byte[]>();
        var served = new List<(string, byte[])>();
        foreach (var (name, body) in Files())
            if (Array.IndexOf(Modules, Path.GetFileNameWithoutExtension(name)) >= 0)
                modules[name] = body;
            else
                served.Add((name, body));
        served.Add((Joined, Join(modules)));
        return served;
    }

    /// <summary>In one file all names are visible without export and import.</summary>
    static byte[] Join(Dictionary<string, byte[]> modules)
    {
        using var joined = new MemoryStream(64 * 1024);
        foreach (var module in Modules)
            for (ReadOnlySpan<byte> rest = modules[$"{module}.js"]; rest.Length > 0;)
            {
                var end = rest.IndexOf((byte)'\n');
                var line = end < 0 ? rest : rest[..(end + 1)];
                rest = rest[line.Length..];
                if (!line.StartsWith("import "u8))
                    joined.Write(line.StartsWith("export "u8) ? line["export ".Length..] : line);
            }
        return joined.ToArray();
    }

    /// <summary>Name and bytes of every file.</summary>
    internal static IEnumerable<(string Name, byte[] Body)> Files()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith("page/", StringComparison.Ordinal))
                continue;
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var body = new byte[stream.Length];
            stream.ReadExactly(body);
            yield return (resource["page/".Length..], body);
        }
    }

    static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        _ => "text/javascript; charset=utf-8",
    };

    /// <summary>A checksum is enough; a digest would load OpenSSL, which takes 4 MB.</summary>
    static EntityTagHeaderValue Tag(byte[] body) =>
        new(string.Create(CultureInfo.InvariantCulture, $"\"{Checksum.Of(body):x8}-{body.Length:x}\""));

    internal bool Has(string path) => _assets.ContainsKey(path);

    /// <summary>Returns null if the path does not belong to the page.</summary>
    internal Task? TryServe(HttpContext context) =>
        _assets.TryGetValue(context.Request.Path.Value ?? "", out var asset) ? Serve(context, asset) : null;

    static Task Serve(HttpContext context, Asset asset)
    {
        var headers = context.Response.Headers;
        // Sets the header unless the operator has set another.
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
        headers.ETag = asset.Tag.ToString();
        if (EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var tags))
            foreach (var tag in tags)
                if (tag == EntityTagHeaderValue.Any || tag.Compare(asset.Tag, useStrongComparison: false))
                {
                    context.Response.StatusCode = StatusCodes.Status304NotModified;
                    return Task.CompletedTask;
                }
        return Respond.Bytes(context, asset.ContentType, asset.Body);
    }
}
