using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
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

/// <summary>serve: the daemon.</summary>
static class ServeCommand
{
    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command("serve", "Sample and serve metrics until stopped (default command).");
        command.SetAction((result, stop) => flags.With(result, options => Run(options, stop)));
        return command;
    }

    internal static async Task<int> Run(AgentOptions options, CancellationToken stop)
    {
        Libc.KeepHeapSmall();
        if (options.SystemdSocket && PassedSockets.Count() == 0)
        {
            CommandLine.Fail("--web.systemd-socket: systemd passed no socket; enable tcp-agent.socket");
            return 1;
        }
        var time = TimeProvider.System;
        var events = new AgentEvents(hasHistory: options.HistoryFile is not null);
        await using var log = LogSetup.Create(options.LogLevel, options.LogFormat, Log.MessageId, out var journal, events: events);
        using var loggers = new SerilogLoggerFactory(log);
        var logger = loggers.CreateLogger("TcpAgent");
        var reloads = new ReloadStatus();
        if (!TryOpenConfig(options.WebConfigFile, time, logger, reloads, out var config))
            return 1;
        using var history = options.HistoryFile is { } file
            ? new HistoryWriter(file, HistoryHeader.For(options.HistorySpan, options.Sampling.Interval), time, logger, events)
            : null;
        using var agent = Composition.From(
            options, time, logger, () => journal?.Dropped ?? 0, events, reloads, history is null ? null : new HistoryMetrics(history.Counters));
        var recorder = history is null ? null : new Recorder(history, options.Sampling.Interval);
        using var systemd = NotificationQueue.FromEnvironment(logger);
        var reporter = new ServiceReporter(systemd, agent.Sampler, NotifyEnvironment.Watchdog(), time, logger);

        // Without a handler SIGHUP would end the process.
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            config?.ReadAgain();
            reporter.BeginReload();
        });

        using var sampling = new SamplerService(agent.Sampler, options.Sampling, time, logger, () =>
        {
            recorder?.Ticked(agent.Sampler.Snapshots);
            reporter.Ticked();
        });
        using var passwords = new PasswordWorker(Bcrypt.Hash, time);
        LogStart(options, agent, logger);
        await using var app = Build(options, agent, sampling, reporter, systemd, loggers, time, config, passwords);
        if (config is not null)
            Log.WebConfigRead(logger, options.WebConfigFile!, config.Fresh().Describe());
        history?.Start();
        try
        {
            // Returns after the first sample, see ServiceReporter.
            await app.StartAsync(stop);
            foreach (var address in app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses)
                Log.Listening(logger, address);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Of an address in use Kestrel says which one it is, of one that is not this host's or not allowed it does not.
            var what = e is IOException ? e.Message : $"{string.Join(", ", options.ListenAddresses)}: {e.Message}.";
            await Console.Error.WriteLineAsync($"tcp-agent: error: {what} Choose another with --web.listen-address.");
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Stopped before that: then what has started stops as ever.
        }
        await app.WaitForShutdownAsync(stop);

        // The host also stops when the sampler ends by a mistake of the agent's; then systemd is to restart it.
        return sampling.ExecuteTask is { IsFaulted: true } ? 1 : 0;
    }

    /// <summary>False when there is a file and it has problems, which are then told.</summary>
    static bool TryOpenConfig(string? path, TimeProvider time, ILogger logger, ReloadStatus reloads, out LiveConfig? config)
    {
        config = null;
        if (path is null)
            return true;
        var findings = new ConfigReport(path);
        config = LiveConfig.Open(path, time, logger, reloads, findings);
        foreach (var warning in findings.Warnings)
            Log.WebConfigWarning(logger, warning.ToString());
        foreach (var problem in findings.Problems)
            Console.Error.WriteLine($"tcp-agent: error: {problem}");
        return config is not null;
    }

    static WebApplication Build(
        AgentOptions options, Composition agent, SamplerService sampling, ServiceReporter reporter, NotificationQueue systemd,
        SerilogLoggerFactory loggers, TimeProvider time, LiveConfig? config, PasswordWorker passwords)
    {
        var age = new SampleAge(options.Sampling.Interval, time);

        // Of the heap a half is for connections, a quarter for expositions, and the rest for the agent itself.
        var heap = HeapLimit.Bytes;
        var metrics = new MetricsEndpoint(agent.Sampler, agent.Exposition, age, options.MaxRequests, heap / 4, time, agent.Events);
        var why = new WhyEndpoint(agent.Sampler, age, options.Sampling.PeakWindow);
        var history = new HistoryEndpoint(options.HistoryFile, time);
        var live = new LiveJson(new LiveSettings(
            BuildInfo.Version, Environment.MachineName, options.HistoryFile is not null, options.Sampling.Interval, options.Sampling.PeakWindow));
        var endpoints = new Endpoints(
            agent.Sampler, metrics, why, history, new LiveEndpoint(agent.Sampler, live, age, time), new Page(options.TelemetryPath), age, options.TelemetryPath);

        var openFiles = Libc.RaiseOpenFilesLimit();
        var kept = Connections.Kept(config is { HasTls: true }, openFiles, heap / 2);
        LogLimits(heap, openFiles, kept, loggers.CreateLogger("TcpAgent"));
        var connections = new Connections(kept, GiveMemoryBack);

        // Empty: neither ASPNETCORE_* variables nor an appsettings.json may add addresses or change anything.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "tcp-agent" });
        builder.Services.AddSingleton<ILoggerFactory>(loggers);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddHostedService(_ => sampling);
        builder.Services.AddHostedService(_ => reporter);
        if (systemd.IsEnabled)
            builder.Services.AddSingleton<ISystemdNotifier>(systemd).AddSingleton<IHostLifetime, SystemdLifetime>();
        Server.Configure(builder.WebHost, options.ListenAddresses, options.SystemdSocket, config, connections);
        var app = builder.Build();
        RequestDelegate answer = config is null ? endpoints.Serve : new RequestGate(config, new BasicAuth(passwords), endpoints.Serve).Serve;
        app.Run(connections.Track(new RequestCounter(agent.Events, endpoints, answer).Serve));
        return app;
    }

    /// <summary>Some 5 ms, of which the sampler waits most: after so many connections that they cost far more.</summary>
    static void GiveMemoryBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Libc.TrimHeap();
    }

    static void LogLimits(long heap, int openFiles, int connections, ILogger logger)
    {
        Log.Limits(logger, TableAdvice.Mebibytes(heap), openFiles, connections);
        var asked = Environment.GetEnvironmentVariable(HeapLimit.Variable);
        if (HeapLimit.IsIgnored(asked, heap))
            Log.HeapLimitIgnored(logger, asked!);
    }

    static void LogStart(AgentOptions options, Composition agent, ILogger logger)
    {
        var names = new List<string>();
        foreach (var source in agent.Sampler.Sources)
            names.Add(source.Source.Name);
        names.Sort(StringComparer.Ordinal);
        Log.Starting(logger, BuildInfo.Version, options.ProcFs, Duration.Format(options.Sampling.Interval), string.Join(" ", names));
        if (options.HistoryFile is { } file)
            Log.HistoryOn(logger, file, Duration.Format(options.HistorySpan));
        else
            Log.HistoryOff(logger);
        if (Environment.IsPrivilegedProcess)
            Log.RunningAsRoot(logger);
    }
}
