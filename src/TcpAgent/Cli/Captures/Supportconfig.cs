using System.Globalization;
using System.Text;

namespace TcpAgent.Cli;

/// <summary>
/// A report of SUSE's supportconfig, written as a folder shaped like /proc, as far as it has it: the counters of `nstat -az` in
/// network.txt and the settings of `sysctl -a` in env.txt. It copies no file of /proc/net.
/// </summary>
sealed class Supportconfig : IDisposable
{
    /// <summary>Files of the report.</summary>
    internal const string Network = "network.txt", Settings = "env.txt";

    /// <summary>The line above each part of a file begins so; the next line names the command.</summary>
    const string Part = "#==[";

    const string Command = "nstat -az";

    const int MostLines = 1_000_000, LongestHeader = 100;

    /// <summary>
    /// nstat joins the line's name with the counter's. A longer name comes first, because TcpExt begins with Tcp.
    /// </summary>
    static readonly (string Section, string File)[] s_sections =
    [
        ("MPTcpExt", "netstat"), ("TcpExt", "netstat"), ("IpExt", "netstat"), ("UdpLite6", "snmp6"), ("UdpLite", "snmp"),
        ("IcmpMsg", "snmp"), ("Icmp6", "snmp6"), ("Icmp", "snmp"), ("Udp6", "snmp6"), ("Udp", "snmp"), ("Ip6", "snmp6"), ("Ip", "snmp"),
        ("Tcp", "snmp"),
    ];

    /// <param name="report">The folder of the report.</param>
    /// <exception cref="IOException">The report cannot be read, or the folder not be written.</exception>
    internal Supportconfig(string report)
    {
        try
        {
            Write(report);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    void Write(string report)
    {
        var net = Directory.CreateDirectory($"{Folder}/proc/net").FullName;
        foreach (var (file, text) in Tables($"{report}/{Network}"))
        {
            File.WriteAllText($"{net}/{file}", text);
            File.SetLastWriteTimeUtc($"{net}/{file}", File.GetLastWriteTimeUtc($"{report}/{Network}"));
        }
        if (File.Exists($"{report}/{Settings}"))
            SysctlDump.Write($"{report}/{Settings}", $"{Folder}/proc/sys");
    }

    /// <summary>Where the files are, until this is disposed.</summary>
    internal string Folder { get; } = Directory.CreateTempSubdirectory("tcp-agent-from-").FullName;

    /// <summary>Whether a folder is such a report.</summary>
    internal static bool Is(string folder)
    {
        if (!File.Exists($"{folder}/{Network}"))
            return false;
        var lines = 0;
        foreach (var line in File.ReadLines($"{folder}/{Network}", Encoding.Latin1))
            if (line.StartsWith(Part, StringComparison.Ordinal))
                return true;
            else if (++lines > LongestHeader)
                break;
        return false;
    }

    /// <summary>The files below /proc/net that nstat has read.</summary>
    static Dictionary<string, string> Tables(string network)
    {
        var (names, values, files) = (new Dictionary<string, string>(), new Dictionary<string, string>(), new Dictionary<string, string>());
        foreach (var line in Output(network))
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, var value, ..] && IsNumber(value)
                && Array.Find(s_sections, one => name.StartsWith(one.Section, StringComparison.Ordinal)) is { Section: { } section } place)
            {
                if (place.File == "snmp6")
                    files["snmp6"] = $"{files.GetValueOrDefault("snmp6")}{name} {value}\n";
                names[section] = $"{names.GetValueOrDefault(section)} {name[section.Length..]}";
                values[section] = $"{values.GetValueOrDefault(section)} {value}";
            }
        foreach (var (section, file) in s_sections)
            if (file != "snmp6" && names.TryGetValue(section, out var all))
                files[file] = $"{files.GetValueOrDefault(file)}{section}:{all}\n{section}:{values[section]}\n";
        return files;
    }

    /// <summary>The lines of the command, of the host's own namespace: the first that is there.</summary>
    static IEnumerable<string> Output(string network)
    {
        var (isHead, isInside) = (false, false);
        var lines = 0;
        foreach (var line in File.ReadLines(network, Encoding.Latin1))
        {
            if (++lines > MostLines || (isInside && line.StartsWith(Part, StringComparison.Ordinal)))
                yield break;
            if (isInside)
                yield return line;
            isInside |= isHead && line.TrimEnd().EndsWith(Command, StringComparison.Ordinal);
            isHead = line.StartsWith(Part, StringComparison.Ordinal);
        }
    }

    static bool IsNumber(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
