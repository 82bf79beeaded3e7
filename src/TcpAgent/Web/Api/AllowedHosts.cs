using System.Net;
using Microsoft.AspNetCore.Http;

namespace TcpAgent.Web;

/// <summary>
/// The names under which the agent may be asked. A page from elsewhere can point its own name at this host's address and read what the
/// agent serves (DNS rebinding), but the request then bears that name.
/// </summary>
/// <param name="own">Names of this host.</param>
/// <param name="allowed">Further names, *.DOMAIN for all below one, or * for all.</param>
sealed class AllowedHosts(IReadOnlyCollection<string> own, IReadOnlyCollection<string> allowed)
{
    /// <summary>
    /// IP addresses and names without a dot always are: nobody can register such a name, and compose files and clusters use them.
    /// </summary>
    /// <param name="host">The header Host or :authority.</param>
    internal bool Includes(HostString host)
    {
        var name = host.Host.Trim('[', ']').TrimEnd('.');
        if (!name.Contains('.', StringComparison.Ordinal) || IPAddress.TryParse(name, out _) || IsBelow(name, "localhost"))
            return true;
        foreach (var one in own)
            if (IsSame(name, one))
                return true;
        foreach (var one in allowed)
            if (one == "*" || IsSame(name, one) || (one.StartsWith("*.", StringComparison.Ordinal) && IsBelow(name, one[2..])))
                return true;
        return false;
    }

    /// <summary>
    /// Whether a browser sent the request: each sends Accept-Language, which no script can leave out, and no scraper does. Scrapers use
    /// names that the agent cannot know, those of DNS, of Kubernetes' services and of proxies.
    /// </summary>
    internal static bool IsBrowser(HttpRequest request) => request.Headers.AcceptLanguage.Count > 0 || request.Headers.Origin.Count > 0
        || request.Headers["Sec-Fetch-Site"].Count > 0 || request.Headers.Referer.Count > 0;

    static bool IsSame(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    static bool IsBelow(string name, string domain) => name.Length > domain.Length + 1 && name[^(domain.Length + 1)] == '.'
        && name.EndsWith(domain, StringComparison.OrdinalIgnoreCase);
}
