using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TcpAgent.Cli;

/// <summary>
/// Replaces each address by a name, the same one wherever the address appears: ipv4-1, ipv6-1, mac-1. Loopback, "every address" and
/// netmasks stay, because they identify nobody. The name of this host becomes "host".
/// </summary>
sealed class Redactor(string hostName)
{
    /// <summary>The longest text of an address: IPv6 with IPv4 in its last half.</summary>
    const int MostChars = 45;

    const int MacChars = 17;

    /// <summary>A shorter host name could be a part of anything.</summary>
    const int LeastHostChars = 3;

    readonly Dictionary<string, string> _names = [];
    int _ipv4;
    int _ipv6;
    int _macs;

    /// <summary>The number of different addresses replaced so far.</summary>
    internal int Count => _names.Count;

    internal string Apply(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var (length, name) = IsWordStart(text, i) ? Find(text.AsSpan(i), i) : (0, "");
            result.Append(length > 0 ? name : text.AsSpan(i, 1));
            i += Math.Max(1, length);
        }
        return result.ToString();

        (int Length, string Name) Find(ReadOnlySpan<char> rest, int at)
        {
            if (hostName.Length >= LeastHostChars && rest.StartsWith(hostName, StringComparison.Ordinal)
                && IsWordEnd(text, at + hostName.Length))
                return (hostName.Length, "host");
            var run = 0;
            while (run < rest.Length && (char.IsAsciiHexDigit(rest[run]) || rest[run] is '.' or ':'))
                run++;

            // After a colon, as in host:10.0.0.1, an IPv6 address would have begun before it.
            var isAfterColon = at > 0 && text[at - 1] == ':';
            for (var length = Math.Min(run, MostChars); length >= 2; length--)
                if (IsAddressEnd(text, at + length) && !(isAfterColon && rest[..length].Contains(':'))
                    && NameOf(rest[..length]) is { } name)
                    return (length, name);
            return (0, "");
        }
    }

    static bool IsWordStart(string text, int at) =>
        at == 0 || !(char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] is '_' or '.');

    static bool IsWordEnd(string text, int at) => at >= text.Length || !(char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-');

    /// <summary>A full stop may follow, but not a further number, as in a version.</summary>
    static bool IsAddressEnd(string text, int at) =>
        IsWordEnd(text, at) && !(at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]));

    string? NameOf(ReadOnlySpan<char> text)
    {
        if (IsMac(text))
            return Name(text.ToString().ToLowerInvariant(), "mac", ref _macs);
        if (text.Count('.') != 3 && text.Count(':') < 2)
            return null;
        if (text[^1] is '.' || (text[^1] is ':' && !text.EndsWith("::")) || !IPAddress.TryParse(text, out var address))
            return null;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var isIpv4 = address.AddressFamily == AddressFamily.InterNetwork;
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
            || (isIpv4 && address.GetAddressBytes()[0] == byte.MaxValue))
            return text.ToString();
        return isIpv4 ? Name(address.ToString(), "ipv4", ref _ipv4) : Name(address.ToString(), "ipv6", ref _ipv6);
    }

    string Name(string address, string kind, ref int count)
    {
        if (!_names.TryGetValue(address, out var name))
            _names[address] = name = string.Create(CultureInfo.InvariantCulture, $"{kind}-{++count}");
        return name;
    }

    static bool IsMac(ReadOnlySpan<char> text)
    {
        if (text.Length != MacChars)
            return false;
        for (var i = 0; i < text.Length; i++)
            if (i % 3 == 2 ? text[i] != ':' : !char.IsAsciiHexDigit(text[i]))
                return false;
        return true;
    }
}
