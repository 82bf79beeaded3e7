using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.History;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.History;

/// <summary>A source whose slots the test sets by the number of their row; they stay as they are from tick to tick.</summary>
sealed class RowSource(string name, Metric[] rows, string instanceLabels = "") : Source(name, new Table(rows, instanceLabels))
{
    readonly List<(byte[] Key, long[] Slots)> _instances = [];

    internal void Set(int row, long value) => Tables[0].Slot(row) = value;

    internal long[] Add(byte[] key)
    {
        var slots = new long[Tables[0].Rows.Length];
        slots.AsSpan().Fill(Metric.Absent);
        _instances.Add((key, slots));
        return slots;
    }

    internal void Clear() => _instances.Clear();

    internal override ReadStatus Read(in Tick tick)
    {
        if (Tables[0].IsPlain)
            return ReadStatus.Ok;
        Withdraw();
        foreach (var (key, slots) in _instances)
            slots.CopyTo(Tables[0].Add(key));
        return ReadStatus.Ok;
    }
}

sealed class Logged : ILogger
{
    internal List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add(formatter(state, exception));
}

/// <summary>The recorder with its writer, from sources and a clock of the test's to a file in a folder of its own.</summary>
sealed class HistoryRig : IDisposable
{
    const int ListenerLength = 0, ListenerLimit = 1, ListenerSynRecv = 7;

    readonly Sampler _sampler;
    readonly SampleLayout _layout;
    readonly SamplingOptions _options;
    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-").FullName;
    readonly Dictionary<string, long[]> _resources = [];

    internal HistoryRig(TimeSpan? interval = null)
    {
        _options = SamplingOptions.Default with { Interval = interval ?? TimeSpan.FromSeconds(1) };
        _sampler = new Sampler(
            [States, Listeners, Resources, Subjects, Drops], new AgentMetrics("0", "test"), _options, Time, NullLogger.Instance, () => 0);
        _layout = new SampleLayout(_sampler.Tables);
        foreach (var row in ResourceCatalog.All)
            _resources[row.Name] = Resources.Add(Label.Render("resource", row.Name));
        FilePath = Path.Combine(_folder, "history.ring");
        Start();
    }

    internal RowSource States { get; } = new("sockets", Sockets.Rows);

    internal RowSource Listeners { get; } = new("listeners", TcpAgent.Sources.Listeners.Rows, "address,port");

    internal RowSource Resources { get; } = new("resources", ResourceRows.Rows, "resource");

    internal RowSource Subjects { get; } = new("subjects", ResourceMonitor.SubjectRows, "resource,subject");

    internal RowSource Drops { get; } = new("drops", DropRows.Rows, "stage");

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    internal Logged Log { get; } = new();

    internal AgentEvents Events { get; } = new();

    internal string FilePath { get; set; }

    internal TimeSpan Span { get; set; } = TimeSpan.FromMinutes(20);

    internal HistoryWriter Writer { get; private set; } = null!;

    internal Recorder Recorder { get; private set; } = null!;

    internal HistoryHeader Header => HistoryHeader.For(Span, _options.Interval);

    /// <summary>A new process, as it were, on the same file.</summary>
    internal void Start()
    {
        Writer = new HistoryWriter(FilePath, Header, Time, Log, Events);
        Recorder = new Recorder(_layout, Writer, _options.Interval);
    }

    internal void Restart()
    {
        Writer.Dispose();
        Start();
    }

    internal void State(string name, long value) => States.Set(Array.FindIndex(Sockets.Rows, row => row.Labels == $"state=\"{name}\""), value);

    internal void Resource(string name, long used, long limit, long losses, ResourceState state)
    {
        var slots = _resources[name];
        (slots[ResourceRows.Used], slots[ResourceRows.Limit]) = (used, limit);
        (slots[ResourceRows.LossesTotal], slots[ResourceRows.State]) = (losses, (long)state);
    }

    /// <summary>Drives the verdict alone.</summary>
    internal void Verdict(ResourceState state) => Resource("conntrack", 90, 100, 0, state);

    internal void Listener(string address, string port, long queue, long limit, long synRecv)
    {
        var slots = Listeners.Add(Label.Render(("address", address), ("port", port)));
        (slots[ListenerLength], slots[ListenerLimit], slots[ListenerSynRecv]) = (queue, limit, synRecv);
    }

    internal void Tick(int count = 1, bool drain = true)
    {
        for (var i = 0; i < count; i++)
        {
            Time.Advance(_options.Interval);
            _sampler.Take();
            Recorder.Ticked(_sampler.Snapshots);
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

    internal static long Value(HistoryRecord record, string series) => record.Values[Array.IndexOf(Series.Names, series)];

    internal string[] Beside() => [.. Directory.GetFiles(_folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        Writer.Dispose();
        _sampler.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
