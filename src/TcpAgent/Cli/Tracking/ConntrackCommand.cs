using System.CommandLine;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Cli;

/// <summary>
/// conntrack: shows what is in the connection tracking table. This process reads it, not the agent on the host, whose service has no
/// capability.
/// </summary>
static class ConntrackCommand
{
    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(
            "conntrack",
            "Show what fills the connection tracking table: protocols, TCP states, unreplied, sources and destinations.\n"
            + "Reads at most 20,000 entries, whatever the size, and says how far each figure may be off.\n"
            + "Needs CAP_NET_ADMIN, which root has. Exit code: 0, or 3 if the table cannot be read.");
        var own = Flags();
        own.AddTo(command);
        command.SetAction((result, _) => flags.With(result, own, (options, conntrack) =>
        {
            var root = KernelRoot.At(options.ProcFs, options.SysFs);
            return root.Live
                ? Run(
                    root, conntrack, NetlinkDump.For(NetlinkSocket.NETLINK_NETFILTER), TimeProvider.System, Console.OpenStandardOutput())
                : Fail($"the kernel lists only its own table, and {options.ProcFs} is a copy");
        }));
        return command;
    }

    internal static FlagSet<JsonOptions> Flags() => JsonOptions.Flags("Print JSON, with the bounds of each figure.");

    /// <param name="root">Has the table's size and limit.</param>
    /// <param name="conntrack">Text or JSON.</param>
    /// <param name="dump">Lists the entries, and is closed then.</param>
    /// <param name="time">The wall clock.</param>
    /// <param name="output">Receives the answer.</param>
    /// <returns>0, however full the table is: <c>why</c> judges.</returns>
    internal static Task<int> Run(
        KernelRoot root, JsonOptions conntrack, NetlinkDump dump, TimeProvider time, Stream output)
    {
        using var size = new Conntrack(root);
        var status = size.Read(new Tick(0, 0, IsSlow: true));
        var before = Slot(size, Conntrack.Entries);
        if (before is null && status.Outcome != Outcome.Absent)
            return Fail($"the size of the connection tracking table could not be read: {status.Reason}");
        var sample = new TrackedSample(withAddresses: true);

        // Where nothing is tracked, the request would make the kernel load its modules.
        if (before is not null && sample.Take(dump) is not 0 and var errno)
            return Fail(Reason(errno));
        var malformed = sample.Malformed.Dropped;
        if (malformed > 0)
            Output.Say($"tcp-agent: warning: entries that are not in the kernel's format are left out: {malformed}");
        if (sample.All.Entries < malformed)
            return Fail("most entries of the connection tracking table are not in the kernel's format");
        size.Read(new Tick(1, 0, IsSlow: true));
        var (after, limit) = (Slot(size, Conntrack.Entries), Slot(size, Conntrack.Limit));
        var table = before is { } known ? new TrackedTable(sample) { EntriesBefore = known, Entries = after ?? known } : null;
        return Output.Write(output, conntrack.IsJson
            ? ConntrackJson.Write(table, limit, time.GetUtcNow(), NamespaceInstance.Of(root)?.Inode ?? NamespaceInstance.Unknown)
            : ConntrackText.Write(table, limit, Terminal.Detect()));
    }

    static long? Slot(Conntrack size, Row row) => size[Conntrack.Rows][0][row] is not KernelValue.Absent and var value ? value : null;

    static string Reason(int errno) => errno == Libc.EPERM
        ? "the kernel lists the connection tracking table only to processes with CAP_NET_ADMIN: run sudo tcp-agent conntrack; a container "
            + "needs --cap-add=NET_ADMIN and the host's network"
        : $"the kernel does not list the connection tracking table: {Libc.Describe(errno)}; it needs the module nf_conntrack_netlink";

    static Task<int> Fail(string problem) => Task.FromResult(Output.Fail(problem, WhyCommand.CannotTell));
}
