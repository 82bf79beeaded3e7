namespace TcpAgent.Lab.Support;

/// <summary>
/// A wall clock that one program sees and a test sets; the program's intervals are right. Its files lie in a folder of the test's.
/// </summary>
sealed class SteppedClock
{
    readonly string _library;
    readonly string _offset;

    SteppedClock(string folder) => (_library, _offset) = (Path.Combine(folder, "clock.so"), Path.Combine(folder, "offset"));

    internal static async Task<SteppedClock> In(string folder)
    {
        var clock = new SteppedClock(folder);
        await Child.Run(
            Require.Tool("cc", "gcc"), "-shared", "-fPIC", "-O1", "-o", clock._library,
            Repo.Path("tests", "TcpAgent.Lab", "Support", "stepped_clock.c"));
        clock.Set(0);
        return clock;
    }

    /// <param name="seconds">How far it is off from now on.</param>
    internal void Set(long seconds)
    {
        using var file = new FileStream(_offset, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes(seconds));
    }

    /// <summary>How to run a program that sees it.</summary>
    internal (string File, string[] Arguments) Command(string file, string[] arguments) =>
        (Require.Tool("env", "coreutils"), [$"LD_PRELOAD={_library}", $"CLOCK_OFFSET={_offset}", file, .. arguments]);
}
