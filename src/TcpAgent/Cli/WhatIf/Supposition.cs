namespace TcpAgent.Cli;

/// <summary>A sysctl with a value that it does not have, or not yet.</summary>
/// <param name="Bound">The sysctl.</param>
/// <param name="Value">The value as it was given.</param>
/// <param name="Limit">The limit that it gives, in the resource's unit.</param>
readonly record struct Supposition(SysctlBound Bound, string Value, long Limit)
{
    /// <summary>The notation, for a person whose entry was refused.</summary>
    internal static string Expected => "SYSCTL=VALUE with one of " + string.Join(", ", Array.ConvertAll(SysctlBound.All, one => one.Name));

    /// <summary>"net.core.somaxconn=4096".</summary>
    internal string Text => $"{Bound.Name}={Value}";

    internal static bool TryParse(string text, out Supposition value)
    {
        value = default;
        var sign = text.IndexOf('=');
        if (sign < 0)
            return false;
        var (name, given) = (text[..sign].Trim(), text[(sign + 1)..].Trim());
        if (Array.Find(SysctlBound.All, one => one.Name == name) is not { } bound || bound.LimitOf(given) is not { } limit)
            return false;
        value = new Supposition(bound, given, limit);
        return true;
    }
}
