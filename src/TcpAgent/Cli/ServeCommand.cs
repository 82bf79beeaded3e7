using System.CommandLine;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;
using TcpAgent.Logging;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.System;
using TcpAgent.Systemd;
using TcpAgent.Web.Config;

namespace TcpAgent.Cli;

/// <summary>serve: the daemon.</summary>
static class ServeCommand
{
    internal const string Name = "serve";

    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(Name, "Sample and serve metrics until stopped (default).");
        command.SetAction((result, stop) => Run(flags, result, stop));
        return command;
    }

    /// <summary>Runs the daemon, which can say with which flags it was started.</summary>
    internal static Task<int> Run(FlagSet<AgentOptions> flags, ParseResult result, CancellationToken stop) =>
        flags.With(result, options => Run(
            options with
            {
                Settings = flags.Settings(result),
                UnknownVariables = Variables.Unknown((RootCommand)result.RootCommandResult.Command),
            },
            stop));

    internal static async Task<int> Run(AgentOptions options, CancellationToken stop)
    {
        Libc.KeepHeapSmall();
        if (options.SystemdSocket && PassedSockets.Count() == 0)
        {
            CommandLine.Fail("--web.systemd-socket: systemd passed no socket; enable tcp-agent.socket");
            return 1;
        }
        var events = new AgentEvents(hasHistory: options.HistoryFile is not null);
        var recent = new RecentLines();
        await using var log = LogSetup.Create(
            options.LogLevel, options.LogFormat, Log.MessageId, out var output, events: events, recent: recent);
        using var loggers = new SerilogLoggerFactory(log);
        var logger = loggers.CreateLogger("TcpAgent");
        var reloads = new ReloadStatus();
        if (!TryOpenConfig(options.WebConfigFile, logger, reloads, out var config))
            return 1;
        await using var serving = new Serving(options, config, reloads, events, loggers, () => output.Dropped, recent);
        var host = serving.Host;
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        serving.StartHistory();
        try
        {
            // This returns after the first sample, see ServiceReporter.
            await host.StartAsync(stop);
            foreach (var address in host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses)
                Log.Listening(logger, address);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Kestrel names an address that is in use, but not one that is forbidden or belongs to another host.
            var what = e is IOException ? e.Message : $"{string.Join(", ", options.ListenAddresses)}: {e.Message}.";
            return Output.Fail($"{what} Choose another with --web.listen-address.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The agent was stopped before the first sample. Whatever has started stops as usual.
        }
        await host.WaitForShutdownAsync(stop);

        // A non-zero code makes systemd restart an agent whose sampler failed.
        return serving.HasSamplerFailed ? 1 : 0;
    }

    /// <summary>Returns false and prints the problems if the file is invalid.</summary>
    static bool TryOpenConfig(string? path, ILogger logger, ReloadStatus reloads, out LiveConfig? config)
    {
        config = null;
        if (path is null)
            return true;
        var findings = new ConfigReport(path);
        config = LiveConfig.Open(path, TimeProvider.System, logger, reloads, findings);
        foreach (var warning in findings.Warnings)
            Log.WebConfigWarning(logger, warning.ToString());
        foreach (var problem in findings.Problems)
            Output.Fail($"{problem}");
        return config is not null;
    }
}
