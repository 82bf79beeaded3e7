using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Cli;

/// <summary>What a report says about the host: kernel, distribution, limits, namespaces, and the kernel's counters as they are.</summary>
static class HostFacts
{
    /// <summary>No file of these is larger, even with thousands of devices or CPUs.</summary>
    const int MostBytes = 4 << 20;

    /// <summary>Read from the host itself, whatever --path.procfs says.</summary>
    static readonly (string Name, string Path)[] s_host =
    [
        ("kernel", "/proc/version"), ("distribution", "/etc/os-release"), ("uptime", "/proc/uptime"), ("load", "/proc/loadavg"),
        ("cgroup", "/proc/self/cgroup"), ("privileges", "/proc/self/status"), ("limits", "/proc/self/limits"), ("memory", "/proc/meminfo"),
    ];

    /// <summary>Counters without addresses, below --path.procfs.</summary>
    static readonly string[] s_counters =
    [
        "net/netstat", "net/snmp", "net/snmp6", "net/sockstat", "net/sockstat6", "net/softnet_stat", "net/dev", "net/protocols",
        "net/stat/nf_conntrack", "net/stat/arp_cache", "net/stat/ndisc_cache", "net/rt6_stats",
    ];

    internal static void Add(ReportFiles report, AgentOptions options)
    {
        var text = new StringBuilder();
        foreach (var (name, path) in s_host)
            if (Read(path) is { } content)
                text.Append($"== {name} ({path})\n{content.TrimEnd()}\n\n");
        text.Append("== namespaces (/proc/self/ns)\n");
        foreach (var name in (string[])["net", "user", "mnt", "pid"])
            text.Append($"{name}: {LinkOf($"/proc/self/ns/{name}")}; of PID 1: {LinkOf($"/proc/1/ns/{name}")}\n");
        var watched = NamespaceInstance.Of(KernelRoot.At(options.ProcFs, options.SysFs));
        text.Append($"watched: {watched?.Subject ?? "unknown"}\n");
        report.Add("host.txt", text.ToString());
        foreach (var path in s_counters)
            if (Read(Path.Combine(options.ProcFs, path)) is { } content)
                report.Add($"proc/{path}", content);
    }

    /// <summary>Null if it cannot be read. Files of procfs do not know their length.</summary>
    static string? Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            using var content = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (content.Length < MostBytes && file.Read(buffer) is > 0 and var length)
                content.Write(buffer, 0, length);
            return Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static string LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "unknown";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unreadable";
        }
    }
}
