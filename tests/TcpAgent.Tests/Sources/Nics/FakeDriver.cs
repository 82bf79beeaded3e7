using System.Globalization;
using System.Text;
using TcpAgent.Kernel.Nics;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

/// <summary>Statistics of drivers, as the test sets them or as a file of tests/fixtures-nics has them.</summary>
sealed class FakeDriver : IDriverStatistics
{
    readonly Dictionary<string, (byte[] Names, byte[] Values)> _devices = [];

    /// <summary>The errno for each device; one that is neither here nor set has no statistics.</summary>
    internal Dictionary<string, int> Errnos { get; } = [];

    internal List<string> Asked { get; } = [];

    /// <summary>Called during each read.</summary>
    internal Action? Reading { get; set; }

    internal static (string Name, ulong Value)[] Recorded(string driver) =>
    [
        .. from line in File.ReadLines(Repo.Path("tests", "fixtures-nics", $"{driver}.txt")).Skip(1)
           let colon = line.LastIndexOf(':')
           select (line[..colon].TrimStart(), ulong.Parse(line[(colon + 1)..], CultureInfo.InvariantCulture)),
    ];

    internal void Set(string device, params (string Name, ulong Value)[] statistics) =>
        SetBytes(
            device, Names([.. statistics.Select(one => one.Name)]), [.. statistics.SelectMany(one => BitConverter.GetBytes(one.Value))]);

    internal void SetBytes(string device, byte[] names, byte[] values) => _devices[device] = (names, values);

    /// <summary>Sets one statistic of a recorded driver.</summary>
    internal void Record(string device, string driver, params (string Name, ulong Value)[] changed) => Set(
        device, [.. from one in Recorded(driver) select changed.FirstOrDefault(other => other.Name == one.Name, one)]);

    internal static byte[] Names(params string[] names)
    {
        var bytes = new byte[names.Length * StatisticNames.Length];
        for (var i = 0; i < names.Length; i++)
            Encoding.Latin1.GetBytes(names[i]).CopyTo(bytes, i * StatisticNames.Length);
        return bytes;
    }

    public int Read(ReadOnlySpan<byte> device, out ReadOnlySpan<byte> names, out ReadOnlySpan<byte> values)
    {
        var name = Encoding.ASCII.GetString(device);
        Asked.Add(name);
        Reading?.Invoke();
        names = values = default;
        if (Errnos.TryGetValue(name, out var errno))
            return errno;
        if (!_devices.TryGetValue(name, out var known))
            return Libc.EOPNOTSUPP;
        names = known.Names;
        values = known.Values;
        return 0;
    }

    public void Close()
    {
    }

    public void Dispose()
    {
    }
}
