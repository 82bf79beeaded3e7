using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TcpAgent.Kernel;
using TcpAgent.Lab.Support;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Lab;

/// <summary>The rows against the kernel that runs the test, and the values against the tools operators trust.</summary>
[Trait("Category", "live")]
public class LiveTests
{
    /// <summary>Rows that no kernel has all of, each with the kernels that do.</summary>
    static readonly Dictionary<string, string> s_notEverywhere = new()
    {
        ["TcpExt.PAWSPassive"] = "removed in 4.12 with tcp_tw_recycle",
        ["net.ipv4.tcp_tw_recycle"] = "removed in 4.12",
        ["net/dev receive drop"] = "only where neither rtnetlink nor sysfs can be read",
        ["clashres"] = "5.10 and later; before, the column was searched",
        ["chainlength"] = "5.15 and later; before, the column was delete_list",
        ["net.netfilter"] = "only while the nf_conntrack module is loaded",
        ["tcpagent_qdisc_limit_bytes"] = "only where a device has a bfifo or tbf; QdiscTests makes them",
        ["tcpagent_nfqueue"] = "only while a program takes packets from a queue",
        ["tcpagent_kernel_"] = "only where /dev/kmsg can be read; KernelLogTests does",
        ["tcpagent_ephemeral_ports_used"] = "only for a pair that holds 16 ports or more",
        ["tcpagent_ephemeral_ports_time_wait"] = "the same",
        ["tcpagent_destination_unanswered"] = "only for a destination that leaves three SYNs without an answer",
        ["tcpagent_connections_delivery_rate_bytes"] = "only for connections that sent between two looks",
        ["tcpagent_workload_"] = "only of a unit or container with five such sockets, or held back by its memory limit (6.19)",
        ["tcpagent_ephemeral_ports_by_source"] = "only for an address that holds 16 ports or more towards several destinations",
        ["tcpagent_process_open_files"] = "only for a process that has a tenth of its limit open",
        ["owner_info"] = "only on a host with cgroups of version 2 in which something is",
        ["tcpagent_nic_"] = "only of cards whose driver reports it",
        ["tcpagent_cloud_"] = "only on Amazon's instances",
        ["tcpagent_namespace_"] = "only while another network namespace has a process",
        ["tcpagent_tcp_sockets_check_difference"] = "only after the first full count, half a minute after the start",
    };

    /// <summary>Series of connections, datagrams and high listening ports, which an idle host does not have.</summary>
    static readonly string[] s_ofTraffic =
    [
        "tcpagent_ephemeral_ports_used{", "tcpagent_ephemeral_ports_time_wait{", "tcpagent_ephemeral_ports_by_source{",
        "tcpagent_resource_subject{", "tcpagent_listening_port_unreserved{", "tcpagent_unix_listener_accept_queue_",
        "tcpagent_udp_receive_queue_bytes{", "tcpagent_udp_receive_queue_limit_bytes{", "tcpagent_udp_receive_queue_peak_bytes{",
        "tcpagent_udp_receive_queue_sockets{", "tcpagent_udp_socket_drops_total{", "tcpagent_udp_ephemeral_ports_used{",
        "tcpagent_process_open_files", "tcpagent_namespace_",
    ];

    [SkippableFact]
    public async Task EveryRowIsFoundOnThisKernelOrIsListed()
    {
        // Two that share a port by SO_REUSEPORT, and as many connections that wait to be accepted as make their ports worth a series.
        using var listener = Shared(new IPEndPoint(IPAddress.Loopback, 0));
        using var second = Shared((IPEndPoint)listener.LocalEndPoint!);
        TcpClient[] waiting = [.. Enumerable.Range(0, 16).Select(_ => new TcpClient())];
        foreach (var client in waiting)
            await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint!);
        // An AF_UNIX listener with a connection that waits, two UDP sockets with full buffers, and as many UDP ports as make a series.
        var path = new UnixDomainSocketEndPoint($"\0tcp-agent-lab-{Environment.ProcessId}");
        using var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        unix.Bind(path);
        unix.Listen(4);
        using var early = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await early.ConnectAsync(path);
        using var full = Shared(new IPEndPoint(IPAddress.Loopback, 0), SocketType.Dgram);
        using var other = Shared((IPEndPoint)full.LocalEndPoint!, SocketType.Dgram);
        UdpClient[] senders = [.. Enumerable.Range(0, 20).Select(_ => new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))];
        foreach (var sender in senders)
            for (var i = 0; i < 50; i++)
                await sender.SendAsync(new byte[1000], (IPEndPoint)full.LocalEndPoint!);
        // Connections are compared between two looks.
        var series = AgentProgram.Parse(await AgentProgram.Print("--netstat.all", "--samples=3", "--sample.walk-budget=1"));
        foreach (var client in (IDisposable[])[.. waiting, .. senders])
            client.Dispose();
        var missing = new List<string>();
        foreach (var source in SourceList.Open(KernelRoot.At("/proc", "/sys"), SamplingOptions.Default, TimeProvider.System))
        {
            foreach (var table in source.Tables)
                foreach (var row in table.Rows.Where(row => row.Type != MetricType.Hidden))
                    if (!series.Keys.Any(key => IsSeriesOf(row, key))
                        && !s_notEverywhere.Keys.Any(known => Names(row).Contains(known, StringComparison.Ordinal)))
                        missing.Add($"{source.Name}: {Names(row)}");
            source.Dispose();
        }
        Assert.Empty(missing);

        static string Names(Row row) => $"{row.Name} {row.From} {row.Field} {row.Labels}";
        static bool IsSeriesOf(Row row, string key) =>
            key == row.Name || key.StartsWith($"{row.Name}{{{row.Labels}", StringComparison.Ordinal);
    }

    /// <summary>
    /// A series costs every Prometheus memory for as long as the host lives. Counted by what one of each adds; the agent's own events have
    /// a budget of their own, and the unit may not read the kernel's log.
    /// </summary>
    [SkippableFact]
    public async Task AnIdleHostOfTwoDevicesFourProcessorsAndTenListenersHasFewerThanSixHundredSeries()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string[] series = [.. AgentProgram.Parse(await AgentProgram.Print("--samples=12", "--no-collector.kmsg")).Keys.Where(key =>
            !AgentProgram.IsOwnEvent(key) && !Array.Exists(s_ofTraffic, name => key.StartsWith(name, StringComparison.Ordinal)))];
        var (device, processor) = (Of("device=\""), Of("cpu=\""));

        // The test's own, for those of others may have connections that wait.
        var port = $"port=\"{((IPEndPoint)listener.LocalEndpoint).Port}\"";
        var (all, one) = (series.Count(key => key.Contains("address=\"", StringComparison.Ordinal)),
            series.Count(key => key.Contains(port, StringComparison.Ordinal)));
        var host = series.Length - device.All - processor.All - all;
        Assert.True(device.Most > 10 && processor.Most > 5 && one > 4, $"{device} {processor} {one}");
        Assert.InRange(host + (2 * device.Most) + (4 * processor.Most) + (10 * one), 300, 599);

        (int All, int Most) Of(string label)
        {
            var counts = series.Where(key => key.Contains(label, StringComparison.Ordinal)).CountBy(
                key => key.Split(label)[1].Replace(",kind=", "\"", StringComparison.Ordinal).TrimEnd('}').Split("\"\"")[0].TrimEnd('"'));
            return (counts.Sum(one => one.Value), counts.Max(one => one.Value));
        }
    }

    static Socket Shared(IPEndPoint endpoint, SocketType type = SocketType.Stream)
    {
        const int SOL_SOCKET = 1, SO_REUSEPORT = 15;
        var socket = new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        socket.SetRawSocketOption(SOL_SOCKET, SO_REUSEPORT, [1, 0, 0, 0]);
        socket.Bind(endpoint);
        if (type == SocketType.Stream)
            socket.Listen();
        return socket;
    }

    [SkippableFact]
    public async Task CountersAgreeWithNstat()
    {
        var nstat = Require.Tool("nstat", "iproute2");
        MakeTraffic();
        var before = await Nstat(nstat);
        var series = AgentProgram.Parse(await AgentProgram.Print());
        var after = await Nstat(nstat);

        var compared = 0;
        foreach (var row in (Row[])[.. NetstatRows.Rows, .. SnmpRows.Rows, .. Snmp6Rows.Rows])
        {
            // nstat calls TcpExt's and Tcp's fields by section and name together.
            if (!series.TryGetValue(row.Name, out var value) || !before.TryGetValue(row.Section + row.Field, out var low))
                continue;
            var high = after[row.Section + row.Field];
            var perUnit = row.Scale == Scale.Milliseconds ? 1e3 : 1;
            Assert.InRange(value, Math.Min(low, high) / perUnit, Math.Max(low, high) / perUnit);
            compared++;
        }
        Assert.True(compared >= 75, $"only {compared} counters were compared");
    }

    [SkippableFact]
    public async Task StatesAgreeWithSs()
    {
        var ss = Require.Tool("ss", "iproute2");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await listener.AcceptTcpClientAsync();

        var (before, after, series) = await Compare();
        for (var tries = 1; tries < 10 && !before.SequenceEqual(after); tries++) // connections of others come and go
            (before, after, series) = await Compare();
        SocketStates.AssertBetween(before, after, series);
        Assert.True(series["tcpagent_tcp_sockets{state=\"established\"}"] >= 2);
        Assert.True(series["tcpagent_tcp_sockets{state=\"listen\"}"] >= 1);

        async Task<(Dictionary<string, int> Before, Dictionary<string, int> After, Dictionary<string, double> Series)> Compare()
        {
            var before = SocketStates.Parse(await Child.Run(ss, "-Htan"));
            var series = AgentProgram.Parse(await AgentProgram.Print());
            return (before, SocketStates.Parse(await Child.Run(ss, "-Htan")), series);
        }
    }

    /// <summary>Beside its limit this file has the count of open files, which the reading itself changes.</summary>
    const string Moving = "fs/file-nr";

    [SkippableFact]
    public async Task SettingsAgreeWithTheirFiles()
    {
        var series = AgentProgram.Parse(await AgentProgram.Print());
        var compared = 0;
        foreach (var row in SysctlRows.Rows)
        {
            var file = $"/proc/sys/{row.Section}";
            if (!File.Exists(file) || row.Section == Moving)
                continue;
            var text = (await File.ReadAllTextAsync(file)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(
                double.Parse(text[int.Parse(row.Field, CultureInfo.InvariantCulture)], CultureInfo.InvariantCulture),
                series[$"{row.Name}{{{row.Labels}}}"]);
            compared++;
        }
        Assert.True(compared > 45, $"only {compared} settings were compared");
    }

    [SkippableFact]
    [Trait("Category", "root")]
    public async Task WithoutAnyPrivilegeEverySourceIsComplete()
    {
        Require.Root();
        var (program, arguments) = AgentProgram.AsNobody("print");
        var series = AgentProgram.Parse(await Child.Run(program, arguments));
        foreach (var (name, value) in series.Where(one => one.Key.StartsWith("tcpagent_source_success", StringComparison.Ordinal)))
            Assert.True(value == 1, name);
        Assert.Contains("tcpagent_source_mode{source=\"sockets\",mode=\"sock_diag\"}", series.Keys);
        Assert.Contains("tcpagent_source_mode{source=\"devices\",mode=\"rtnetlink\"}", series.Keys);
        Assert.DoesNotContain("tcpagent_source_mode{source=\"qdisc\",mode=\"denied\"}", series.Keys);
        Assert.DoesNotContain("tcpagent_source_mode{source=\"neighbours\",mode=\"denied\"}", series.Keys);
        // A file for root alone, where the module is there: by design, and no failure.
        if (File.Exists("/proc/net/netfilter/nfnetlink_queue"))
            Assert.Contains("tcpagent_source_mode{source=\"nfqueue\",mode=\"denied\"}", series.Keys);
    }

    static void MakeTraffic()
    {
        using var udp = new UdpClient();
        udp.Send([1], 1, new IPEndPoint(IPAddress.Loopback, 9));
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, 9);
        }
        catch (SocketException)
        {
            // Refused, which counts an attempt failure and a reset.
        }
    }

    static async Task<Dictionary<string, double>> Nstat(string nstat)
    {
        // a absolute values, z zeros too, s without touching the user's history file
        var values = new Dictionary<string, double>();
        foreach (var line in (await Child.Run(nstat, "-azs")).Split('\n'))
        {
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 3 && fields[0][0] != '#')
                values[fields[0]] = double.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        return values;
    }
}
