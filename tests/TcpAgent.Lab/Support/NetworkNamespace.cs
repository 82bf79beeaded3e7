namespace TcpAgent.Lab.Support;

/// <summary>A network namespace of the test's own. Needs root; removed whatever happens.</summary>
sealed class NetworkNamespace : IAsyncDisposable
{
    static int s_count;

    readonly string _ip = Require.Tool("ip", "iproute2");
    readonly string _name = $"tcp-agent-lab-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";

    internal string Name => _name;

    internal static async Task<NetworkNamespace> Create()
    {
        Require.Root();
        var created = new NetworkNamespace();
        await Child.Run(created._ip, "netns", "add", created._name);
        return created;
    }

    /// <summary>Runs to the end and returns standard output.</summary>
    internal Task<string> Run(string file, params string[] arguments) => Child.Run(_ip, ["netns", "exec", _name, file, .. arguments]);

    /// <summary>The same, whatever the exit code.</summary>
    internal Task<(int Code, string Output)> RunAny(string file, params string[] arguments) =>
        Child.RunAny(_ip, ["netns", "exec", _name, file, .. arguments]);

    /// <summary>ip becomes the program itself, so that the child's id is the program's.</summary>
    internal Child Start(string file, params string[] arguments) => Child.Start(_ip, ["netns", "exec", _name, file, .. arguments]);

    /// <summary>
    /// The same with the host's mounts: ip makes /sys the namespace's own, which hides the cgroups.
    /// </summary>
    internal Child StartBeside(string file, params string[] arguments) =>
        Child.Start(Require.Tool("nsenter", "util-linux"), [$"--net=/run/netns/{_name}", file, .. arguments]);

    public async ValueTask DisposeAsync() => await Child.Run(_ip, "netns", "del", _name);
}
