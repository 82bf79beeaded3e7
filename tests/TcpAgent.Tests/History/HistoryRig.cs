using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.History;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.History;

/// <summary>A source whose slots the test sets by their row; they stay as they are from tick to tick.</summary>
sealed class RowSource(string name, Rows rows) : Source(name, rows)
{
    readonly List<(Instance Instance, Dictionary<Row, long> Values)> _instances = [];

    internal void Set(Row row, long value) => this[rows][row] = value;

    internal Dictionary<Row, long> Add(Instance instance)
    {
        var values = new Dictionary<Row, long>();
        _instances.Add((instance, values));
        return values;
    }

    internal void Clear() => _instances.Clear();

    internal override ReadStatus Read(in Tick tick)
    {
        if (rows.IsPlain)
            return ReadStatus.Ok;
        Withdraw();
        foreach (var (instance, values) in _instances)
        {
            var slots = this[rows].Add(instance);
            foreach (var (row, value) in values)
                slots[row] = value;
        }
        return ReadStatus.Ok;
    }
}

sealed class Logged : ILogger
{
    internal List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add(formatter(state, exception));
}

/// <summary>The recorder with its writer, from sources and a clock of the test's to a file in a folder of its own.</summary>
sealed class HistoryRig : IDisposable
{
    readonly Sampler _sampler;
    readonly SamplingOptions _options;
    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-").FullName;
    readonly Dictionary<string, Dictionary<Row, long>> _resources = [];

    internal HistoryRig(TimeSpan? interval = null)
    {
        _options = SamplingOptions.Default with { Interval = interval ?? TimeSpan.FromSeconds(1) };
        _sampler = new Sampler(
            [States, Listeners, Resources, Subjects, Drops, Snmp, Devices], new AgentMetrics("0", "test"), _options, Time,
            NullLogger.Instance, () => 0);
        foreach (var row in ResourceCatalog.All)
            _resources[row.Name] = Resources.Add(row.Instance);
        FilePath = Path.Combine(_folder, "history.ring");
        Start();
    }

    internal RowSource States { get; } = new("sockets", SocketRows.States);

    internal RowSource Listeners { get; } = new("listeners", TcpAgent.Sources.ListenerRows.Rows);

    internal RowSource Resources { get; } = new("resources", ResourceRows.Rows);

    internal RowSource Subjects { get; } = new("subjects", ResourceMonitor.SubjectRows);

    internal RowSource Snmp { get; } = new("snmp", SnmpRows.Rows);

    internal RowSource Devices { get; } = new("devices", TcpAgent.Sources.Devices.Rows);

    internal RowSource Drops { get; } = new("drops", DropRows.Rows);

    internal SnapshotExchange Snapshots => _sampler.Snapshots;

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    internal Logged Log { get; } = new();

    internal AgentEvents Events { get; } = new();

    internal string FilePath { get; set; }

    internal TimeSpan Span { get; set; } = TimeSpan.FromMinutes(20);

    internal HistoryWriter Writer { get; private set; } = null!;

    internal Recorder Recorder { get; private set; } = null!;

    internal TurnLog Turns { get; } = new();

    /// <summary>Explains the verdict for the file; null for a history without explanations.</summary>
    internal Func<byte[]?>? Report { get; set; }

    internal HistoryHeader Header => HistoryHeader.For(Span, _options.Interval);

    /// <summary>A new process, as it were, on the same file.</summary>
    internal void Start()
    {
        Writer = new HistoryWriter(FilePath, Header, Time, Log, Events) { Report = () => Report?.Invoke() };
        Recorder = new Recorder(Writer, _options.Interval);
    }

    internal void Restart()
    {
        Writer.Dispose();
        Start();
    }

    internal void State(string name, long value) => States.Set(SocketRows.States[Array.IndexOf(SocketRows.StateNames, name)], value);

    /// <param name="name">The resource.</param>
    /// <param name="used">Its use, now and at its peak.</param>
    /// <param name="limit">Its limit.</param>
    /// <param name="losses">Its losses in all.</param>
    /// <param name="state">Its state.</param>
    /// <param name="recent">Its losses within the window.</param>
    internal void Resource(string name, long used, long limit, long losses, ResourceState state, long recent = 0)
    {
        var slots = _resources[name];
        (slots[ResourceRows.Used], slots[ResourceRows.Limit]) = (used, limit);
        (slots[ResourceRows.LossesTotal], slots[ResourceRows.State]) = (losses, (long)state);
        (slots[ResourceRows.RecentLosses], slots[ResourceRows.UsedPeak]) = (recent, used);
    }

    internal Dictionary<Row, long> Stage(string name) => Drops.Add(DropStages.All.Single(stage => stage.Stage == name).Instance);

    internal void Subject(string resource, string subject) =>
        Subjects.Add(new Instance(subject, ("resource", resource), ("subject", subject)))[ResourceMonitor.Subject] = 1;

    /// <summary>Drives the verdict alone.</summary>
    internal void Verdict(ResourceState state) => Resource("conntrack", 90, 100, 0, state);

    internal void Listener(string address, string port, long queue, long limit, long synRecv, bool isLate = false)
    {
        var slots = Listeners.Add(new Instance($"{address}:{port}", ("address", address), ("port", port)));
        slots[TcpAgent.Sources.ListenerRows.Length] = queue;
        slots[TcpAgent.Sources.ListenerRows.Limit] = limit;
        slots[TcpAgent.Sources.ListenerRows.SynRecv] = synRecv;
        if (isLate)
            slots[TcpAgent.Sources.ListenerRows.IsLate] = 1;
    }

    internal void Tick(int count = 1, bool drain = true)
    {
        for (var i = 0; i < count; i++)
        {
            Time.Advance(_options.Interval);
            _sampler.Take();
            Recorder.Ticked(_sampler.Snapshots);
            Turns.Ticked(_sampler.Snapshots);
            if (drain)
                Writer.Drain();
        }
    }

    internal List<HistoryRecord> Read() => Read(FilePath);

    internal static List<HistoryRecord> Read(string path)
    {
        using var file = HistoryFile.TryOpen(path, out var problem);
        Assert.True(file is not null, problem);
        var records = new List<HistoryRecord>();
        foreach (var entry in file.Index())
        {
            var record = new HistoryRecord();
            Assert.True(file.TryRead(entry, record));
            records.Add(record);
        }
        return records;
    }

    /// <summary>The whole file as the document of history --json.</summary>
    internal static async Task<byte[]> Json(string path)
    {
        using var file = HistoryFile.TryOpen(path, out _)!;
        HistoryQuery.All.TrySelect(file.Header.Names, out var columns, out _);
        using var document = new MemoryStream();
        var output = PipeWriter.Create(document, new StreamPipeWriterOptions(leaveOpen: true));
        using (var json = new HistoryJson(output, columns, hasListeners: true))
            await HistoryExport.Write(file, HistoryQuery.All, json, output, default);
        await output.CompleteAsync();
        return document.ToArray();
    }

    internal static long Value(HistoryRecord record, string series) => record.Values[Array.IndexOf(Series.Names, series)];

    internal string[] Beside() => [.. Directory.GetFiles(_folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        Writer.Dispose();
        _sampler.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
