using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Traffic;

/// <summary>How to run traffic.py, whose --help says what each kind does and takes.</summary>
static class TrafficProgram
{
    internal static (string File, string[] Arguments) Command(Kind kind, params string[] arguments) => (
        Require.Tool("python3", "python3"), ["-B", Repo.Path("tests", "TcpAgent.Lab", "Traffic", "traffic.py"), kind.Name(), .. arguments]);

    internal static Task<string> Run(NetworkNamespace place, Kind kind, params string[] arguments)
    {
        var (file, all) = Command(kind, arguments);
        return place.Run(file, all);
    }

    internal static Child Start(NetworkNamespace place, Kind kind, params string[] arguments)
    {
        var (file, all) = Command(kind, arguments);
        return place.Start(file, all);
    }

    /// <summary>Starts what makes something and then says that it is ready, and waits until it does.</summary>
    internal static async Task<Child> StartReady(NetworkNamespace place, Kind kind, params string[] arguments)
    {
        var child = Start(place, kind, arguments);
        await Eventually.Holds(
            () => Task.FromResult(child.Output.Contains("ready", StringComparison.Ordinal) || child.HasExited), TimeSpan.FromSeconds(30),
            () => child.Output);
        Assert.False(child.HasExited, child.Output);
        return child;
    }
}
