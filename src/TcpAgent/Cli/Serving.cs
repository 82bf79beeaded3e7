using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;
using TcpAgent.History;
using TcpAgent.Logging;
using TcpAgent.Metrics;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.System;
using TcpAgent.Systemd;
using TcpAgent.Verdict;
using TcpAgent.Web;
using TcpAgent.Web.Config;

namespace TcpAgent.Cli;

/// <summary>The assembled daemon: sampler, history, systemd reporter and server.</summary>
sealed class Serving : IAsyncDisposable
{
    readonly AgentOptions _options;
    readonly LiveConfig? _config;
    readonly RecentLines _recent;
    readonly ILogger _logger;
    readonly HistoryWriter? _history;
    readonly Composition _agent;
    readonly Recorder? _recorder;
    readonly TurnLog _turns = new();
    readonly VerdictLog _verdicts;
    readonly NotificationQueue _systemd;
    readonly ServiceReporter _reporter;
    readonly PosixSignalRegistration _hangup;
    readonly SamplerService _sampling;
    readonly PasswordWorker _passwords;
    readonly Socket? _query;

    /// <param name="options">The flags.</param>
    /// <param name="config">The web configuration; null for plain HTTP without passwords.</param>
    /// <param name="reloads">Counts the configuration's reloads.</param>
    /// <param name="events">Counts the agent's own events.</param>
    /// <param name="loggers">Where log lines go.</param>
    /// <param name="logDropped">The number of log lines lost.</param>
    /// <param name="recent">The last log lines.</param>
    internal Serving(
        AgentOptions options, LiveConfig? config, ReloadStatus reloads, AgentEvents events, SerilogLoggerFactory loggers,
        Func<long> logDropped, RecentLines recent)
    {
        var time = TimeProvider.System;
        (_options, _config, _recent, _logger) = (options, config, recent, loggers.CreateLogger("TcpAgent"));
        if (options.HistoryFile is { } file)
            _history = new HistoryWriter(file, HistoryHeader.For(options.HistorySpan, options.Sampling.Interval), time, _logger, events);
        _agent = Composition.From(
            options, time, _logger, logDropped, events, reloads, _history is null ? null : new HistoryMetrics(_history.Counters));
        _recorder = _history is null ? null : new Recorder(_history, options.Sampling.Interval);
        _history?.Report = new ReportSource(_agent.Sampler.Snapshots, options.Sampling.PeakWindow).Take;
        _verdicts = new VerdictLog(_logger, time);
        _systemd = NotificationQueue.FromEnvironment(_logger);
        _reporter = new ServiceReporter(_systemd, _agent.Sampler, NotifyEnvironment.Watchdog(), time, _logger);

        // Without a handler SIGHUP would terminate the process.
        _hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Reload);
        _sampling = new SamplerService(_agent.Sampler, options.Sampling, time, _logger, Ticked);
        _passwords = new PasswordWorker(Bcrypt.Hash, time);
        LogStart();
        _query = OpenQuery();
        Host = Build(loggers, time);
        if (config is not null)
            Log.WebConfigRead(_logger, options.WebConfigFile!, config.Fresh().Describe());
    }

    internal IHost Host { get; }

    /// <summary>Whether the sampler ended by an exception, which is a bug and stops the host.</summary>
    internal bool HasSamplerFailed => _sampling.ExecuteTask is { IsFaulted: true };

    internal void StartHistory() => _history?.Start();

    /// <summary>Disposes in the opposite order of construction: the server first, the history last.</summary>
    public async ValueTask DisposeAsync()
    {
        await ((IAsyncDisposable)Host).DisposeAsync();
        _query?.Dispose();
        _passwords.Dispose();
        _sampling.Dispose();
        _hangup.Dispose();
        _systemd.Dispose();
        _agent.Dispose();
        _history?.Dispose();
    }

    void Ticked()
    {
        _turns.Ticked(_agent.Sampler.Snapshots);
        _recorder?.Ticked(_agent.Sampler.Snapshots);
        _verdicts.Ticked(_agent.Sampler.Snapshots);
        _reporter.Ticked();
    }

    void Reload(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _config?.ReadAgain();
        _reporter.BeginReload();
    }

    IHost Build(SerilogLoggerFactory loggers, TimeProvider time)
    {
        var endpoints = OpenEndpoints(time);
        var openFiles = Libc.RaiseOpenFilesLimit();
        var kept = ConnectionLimits.For(_config is { HasTls: true }, openFiles, Heap.ForConnections);
        LogLimits(openFiles, kept);
        var (web, local) = (new ClientConnections(kept, Heap.GiveBack), new ClientConnections(ConnectionLimits.Local, static () => { }));

        // A builder without defaults: no environment variable and no appsettings.json may add addresses or change anything. A
        // WebApplication would link routing and error pages too, which a few fixed paths do not need.
        return new HostBuilder()
            .ConfigureServices(services =>
            {
                services.AddSingleton<ILoggerFactory>(loggers);
                services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
                services.AddHostedService(_ => _sampling);
                services.AddHostedService(_ => _reporter);
                if (_systemd.IsEnabled)
                    services.AddSingleton<ISystemdNotifier>(_systemd).AddSingleton<IHostLifetime, SystemdLifetime>();
            })
            .ConfigureWebHost(
                host =>
                {
                    host.UseSetting(WebHostDefaults.PreventHostingStartupKey, "true");
                    Server.Configure(host, _options.ListenAddresses, _options.SystemdSocket, _config, web, _query, local);
                    host.Configure(app => app.Run(Answer(endpoints, web, local)));
                },
                host => host.SuppressEnvironmentConfiguration = true)
            .Build();
    }

    /// <summary>How a request is answered: over the query socket without a password.</summary>
    RequestDelegate Answer(Endpoints endpoints, ClientConnections web, ClientConnections local)
    {
        RequestDelegate answer = endpoints.Serve;
        var ofLocal = local.Track(new RequestCounter(_agent.Events, endpoints, answer).Serve);
        if (_config is not null)
            answer = new RequestGate(_config, new BasicAuth(_passwords), answer).Serve;
        var ofWeb = web.Track(new RequestCounter(_agent.Events, endpoints, answer).Serve);
        return context => local.Has(context) ? ofLocal(context) : ofWeb(context);
    }

    /// <summary>An agent without its query socket still serves everything else.</summary>
    Socket? OpenQuery()
    {
        if (QuerySocket.ToServe(_options.QuerySocket) is not { } path)
            return null;
        var socket = QuerySocket.TryBind(path, out var problem);
        if (socket is null)
            Log.QuerySocketFailed(_logger, problem);
        return socket;
    }

    Endpoints OpenEndpoints(TimeProvider time)
    {
        var (sampler, sampling, path) = (_agent.Sampler, _options.Sampling, _options.TelemetryPath);
        var age = new SampleAge(sampling.Interval, time);
        var metrics = new MetricsEndpoint(
            sampler, _agent.Exposition, age, new ScrapeQueue(_options.MaxRequests, Heap.ForScrapes, time), time, _agent.Events);
        var why = new WhyEndpoint(sampler, age, sampling.PeakWindow);
        var history = new HistoryEndpoint(_options.HistoryFile, new HistoryReaders(Heap.HistoryReaders, time), time);
        var hasHistory = _options.HistoryFile is not null;
        var live = new LiveJson(
            new LiveSettings(
                BuildInfo.Version, BuildInfo.Revision, time.GetUtcNow(), BuildInfo.Docs, Environment.MachineName, hasHistory,
                sampling.Interval, sampling.PeakWindow), _turns);
        return new Endpoints(
            sampler, metrics, why, history, new LiveEndpoint(sampler, live, age, time), OpenStatus(time), new Page(path), age,
            new AllowedHosts(HostNames.Own(Environment.MachineName), _options.AllowedHosts), path);
    }

    StatusEndpoint OpenStatus(TimeProvider time)
    {
        var flags = new List<(string, string, string)>();
        foreach (var (name, value, origin) in _options.Settings)
            flags.Add((name, value, origin));
        return new StatusEndpoint(
            new AgentFacts(BuildInfo.Version, BuildInfo.Revision, time.GetUtcNow(), flags, _recent.Read), time);
    }

    void LogLimits(int openFiles, int connections)
    {
        var heap = Heap.Limit;
        Log.Limits(_logger, TableAdvice.Mebibytes(heap), openFiles, connections);
        var asked = Environment.GetEnvironmentVariable(Heap.Variable);
        if (Heap.IsIgnored(asked, heap))
            Log.HeapLimitIgnored(_logger, asked!);
    }

    void LogStart()
    {
        var names = new List<string>();
        foreach (var source in _agent.Sampler.Sources)
            names.Add(source.Source.Name);
        names.Sort(StringComparer.Ordinal);
        Log.Starting(
            _logger, BuildInfo.Version, _options.ProcFs, Duration.Format(_options.Sampling.Interval), names.Count, string.Join(" ", names));
        foreach (var (name, hint) in _options.UnknownVariables)
            Log.UnknownVariable(_logger, name, hint);
        if (_options.HistoryFile is { } file)
            Log.HistoryOn(_logger, file, Duration.Format(_options.HistorySpan));
        else
            Log.HistoryOff(_logger);
        if (Environment.IsPrivilegedProcess)
            Log.RunningAsRoot(_logger);
    }
}
