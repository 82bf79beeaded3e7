using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains an accept queue of another network namespace.</summary>
static class NamespaceAdvice
{
    internal static void AcceptQueue(ResourceReport report, QueueInstance queue)
    {
        var pid = queue.Place.Process.Pid;
        report.Evidence.Add(
            $"ListenOverflows of another network namespace of this host rose by {report.Losses}: {queue.Place.Name}. The kernel turned "
            + "SYNs and final ACKs of handshakes away there.");
        report.Evidence.Add(
            queue.Local is { } local
                ? $"{local} had {report.Peak} connections waiting at two looks, and no other listener there stood like that: its queue "
                    + $"was full, so its backlog is {report.Limit}. The kernel does not show limits of another namespace."
                : queue.Place.Queues > 1
                ? $"Which listener it was is unknown: connections waited at {queue.Place.Queues} listeners there."
                : "Which listener it was is unknown: when its sockets were read, no queue was full any more.");
        report.Advice.Add(
            $"Look there, as root: nsenter --net=/proc/{pid}/ns/net ss -ltnp. A queue is full when Recv-Q is above Send-Q.");
        report.Advice.Add(
            "Find out why the application does not accept: its workers are busy or too few, a backend is slow, or it has no file "
            + "descriptors left.");
        report.Advice.Add(
            "For bursts, raise its listen backlog. net.core.somaxconn of that namespace caps it: set it there (in a pod "
            + "securityContext.sysctls, for a container --sysctl net.core.somaxconn=4096) and restart the application.");
        report.WillNotFix.Add("net.core.somaxconn of the host: each network namespace has its own.");
    }
}
