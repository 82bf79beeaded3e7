using System.Globalization;

namespace TcpAgent.Lab.Support;

/// <summary>A slice of the test's own with units in it, in version 2 of cgroups. Needs root; removed whatever happens.</summary>
sealed class ControlGroups : IAsyncDisposable
{
    static int s_count;

    readonly string _name = $"tcp-agent-lab-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}.slice";
    readonly List<string> _folders = [];
    readonly string _unified;

    internal ControlGroups()
    {
        Require.Root();
        var places = (string[])["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];
        _unified = Array.Find(places, place => File.Exists($"{place}/cgroup.controllers")) ?? "";
        Require.That(_unified.Length > 0, "version 2 of cgroups is not mounted");
        Make($"{_unified}/{_name}");
    }

    /// <summary>Makes the cgroup of a unit. Returns its folder.</summary>
    internal string Unit(string name) => Make($"{_unified}/{_name}/{name}");

    /// <summary>Makes the cgroup of a unit with a CPU quota. Returns the folders that a process of it joins.</summary>
    internal string[] Throttled(string name, int microseconds)
    {
        const int Period = 100_000;
        if (!File.ReadAllText($"{_unified}/cgroup.controllers").Split((char[]?)null).Contains("cpu"))
        {
            var folder = Make($"/sys/fs/cgroup/cpu/{_name}");
            File.WriteAllText($"{folder}/cpu.cfs_period_us", Period.ToString(CultureInfo.InvariantCulture));
            File.WriteAllText($"{folder}/cpu.cfs_quota_us", microseconds.ToString(CultureInfo.InvariantCulture));
            return [Unit(name), folder];
        }
        foreach (var parent in (string[])[_unified, $"{_unified}/{_name}"])
            if (!File.ReadAllText($"{parent}/cgroup.subtree_control").Split((char[]?)null).Contains("cpu"))
                File.WriteAllText($"{parent}/cgroup.subtree_control", "+cpu");
        var unit = Unit(name);
        File.WriteAllText($"{unit}/cpu.max", string.Create(CultureInfo.InvariantCulture, $"{microseconds} {Period}"));
        return [unit];
    }

    string Make(string folder)
    {
        Directory.CreateDirectory(folder);
        _folders.Add(folder);
        return folder;
    }

    /// <summary>A cgroup can be removed once its last process is gone. Its files go with it.</summary>
    public async ValueTask DisposeAsync()
    {
        var rmdir = Require.Tool("rmdir", "coreutils");
        for (var i = _folders.Count - 1; i >= 0; i--)
            await Eventually.Holds(
                async () => (await Child.RunAny(rmdir, _folders[i])).Code == 0, TimeSpan.FromSeconds(20), () => $"{_folders[i]} stays");
    }
}
