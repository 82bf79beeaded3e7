using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Support;

/// <summary>
/// A container made by hand: a network namespace of its own, and a cgroup of version 2 with the name that a runtime would give it. The
/// hierarchy is mounted where only the program sees it, because a host may have it anywhere or nowhere.
/// </summary>
sealed class Container : IAsyncDisposable
{
    const string Enter = "mount -t cgroup2 cgroup2 /mnt && mkdir -p \"/mnt$0\" && echo $$ > \"/mnt$0/cgroup.procs\" && umount /mnt && "
        + "exec nsenter \"--net=/run/netns/$1\" \"${@:2}\"";

    /// <summary>Removes the cgroup and those above it that nothing else uses.</summary>
    const string Leave = "mount -t cgroup2 cgroup2 /mnt && cd /mnt && rmdir -p \".$0\" 2> /dev/null; true";

    readonly List<Child> _children = [];

    Container(NetworkNamespace place, string cgroup) => (Place, Cgroup) = (place, cgroup);

    internal NetworkNamespace Place { get; }

    internal string Cgroup { get; }

    internal static async Task<Container> Create(string cgroup)
    {
        var place = await NetworkNamespace.Create();
        await place.Run("ip", "link", "set", "lo", "up");
        return new Container(place, cgroup);
    }

    /// <summary>Starts traffic in it; the child's id is the program's.</summary>
    internal Child Start(Kind kind, params string[] arguments)
    {
        var (file, all) = TrafficProgram.Command(kind, arguments);
        var child = Child.Start(
            Require.Tool("unshare", "util-linux"),
            ["--mount", Require.Tool("bash", "bash"), "-c", Enter, Cgroup, Place.Name, file, .. all]);
        _children.Add(child);
        return child;
    }

    /// <summary>Starts traffic that says when it is ready, and waits for that.</summary>
    internal async Task StartAndWait(Kind kind, params string[] arguments)
    {
        var child = Start(kind, arguments);
        await Eventually.Holds(
            () => Task.FromResult(child.Output.Contains("ready", StringComparison.Ordinal)), TimeSpan.FromSeconds(20), () => child.Output);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _children)
            await child.DisposeAsync();
        await Child.RunAny(Require.Tool("unshare", "util-linux"), "--mount", Require.Tool("bash", "bash"), "-c", Leave, Cgroup);
        await Place.DisposeAsync();
    }
}
