using System.Runtime.InteropServices;
using System.Text;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Resources;
using TcpAgent.Sources;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>The AF_UNIX listeners, over a kernel and a clock of the test's, and what is concluded from them.</summary>
sealed class UnixListenersRig : IDisposable
{
    readonly List<(string Name, ulong Cookie, int Length, int Limit)> _listeners = [];

    internal UnixListenersRig(double walkBudget = 10)
    {
        var options = SamplingOptions.Default with { WalkBudget = walkBudget };
        Source = new UnixListeners(Kernel, new UnixReread(Kernel), options, Time);
        Monitor = new ResourceMonitor([Source], options, Time);
    }

    internal UnixListeners Source { get; }

    internal ResourceMonitor Monitor { get; }

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    /// <summary>The errno that each dump fails with; 0 is none.</summary>
    internal int Broken { get; set; }

    internal int Asked { get; private set; }

    /// <summary>What a further read of a queue finds in place of its length.</summary>
    internal Queue<int> Rereads { get; } = [];

    NetlinkDump Kernel => new(() => (0, new ReplayTransport(Answers)));

    internal void Set(params (string Name, ulong Cookie, int Length, int Limit)[] listeners)
    {
        _listeners.Clear();
        _listeners.AddRange(listeners);
    }

    internal ReadStatus Tick(params (string Name, ulong Cookie, int Length, int Limit)[] listeners)
    {
        if (listeners.Length > 0)
            Set(listeners);
        return TickAgain();
    }

    internal ReadStatus TickAgain()
    {
        Time.Now += ManualTime.Second;
        var tick = new Tick(0, Time.Now, IsSlow: false);
        Source.Remember();
        var status = default(ReadStatus);
        Background.Read(() => status = Source.Read(tick), () => Source.IsLooking);
        Source.Derive(tick);
        Monitor.Derive(tick);
        return status;
    }

    internal long? Value(string metric, string path) => Source.Value($"tcpagent_unix_listener_{metric}", $"path=\"{path}\"");

    internal long? Total(string metric) => Source.Value($"tcpagent_unix_listeners{metric}");

    /// <summary>What is exported of one listener.</summary>
    internal void Shows(string path, Expected queue = default, Expected limit = default, Expected peak = default)
    {
        long? Of(string metric) => Value(metric, path);
        new Facts(path).Is(queue, Of("accept_queue_length")).Is(limit, Of("accept_queue_limit")).Is(peak, Of("accept_queue_peak")).Verify();
    }

    /// <summary>What is exported of all listeners together.</summary>
    internal void ShowsTotals(
        Expected listeners = default, Expected exported = default, Expected omitted = default, Expected ageNs = default) =>
        new Facts("unix listeners").Is(listeners, Total("")).Is(exported, Source[UnixListeners.Rows].Count).Is(omitted, Total("_omitted"))
            .Is(ageNs, Total("_age_seconds")).Verify();

    /// <summary>What is exported of their queues as a resource.</summary>
    internal void ShowsQueues(
        ResourceState? state = null, Expected used = default, Expected limit = default, Expected peak = default, string? subject = null) =>
        Monitor.Shows("accept_queue_unix", state, used, limit, peak, subject: subject);

    IEnumerable<Answer> Answers(byte[] request)
    {
        Asked++;
        var sequence = ReplayTransport.SequenceOf(request);
        if (Broken != 0)
        {
            yield return Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-Broken)));
            yield break;
        }
        if (MemoryMarshal.Read<ulong>(request.AsSpan(16 + 16)) is > 0 and var cookie)
        {
            var one = _listeners.Single(listener => listener.Cookie == cookie);
            yield return Answer.Of(
                Message(SockDiag.SOCK_DIAG_BY_FAMILY, sequence,
                    Payload(Rereads.TryDequeue(out var length) ? one with { Length = length } : one)));
            yield break;
        }
        foreach (var part in _listeners.Select(one => Message(SockDiag.SOCK_DIAG_BY_FAMILY, sequence, Payload(one))).Chunk(50))
            yield return Answer.Of(part);
        yield return Answer.Of(Done(sequence));
    }

    static byte[] Payload((string Name, ulong Cookie, int Length, int Limit) one)
    {
        var message = new byte[16];
        (message[0], message[1], message[2]) = (1, 1, 10);
        MemoryMarshal.Write(message.AsSpan(8), one.Cookie);
        var name = Attribute(0, Encoding.Latin1.GetBytes(one.Name));
        return [.. message, .. name, .. Attribute(4, [.. Int32(one.Length), .. Int32(one.Limit)])];
    }

    public void Dispose()
    {
        Source.Dispose();
        Monitor.Dispose();
    }
}
