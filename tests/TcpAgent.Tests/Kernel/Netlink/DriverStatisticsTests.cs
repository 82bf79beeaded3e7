using System.Globalization;
using System.Text;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Kernel.Nics;
using TcpAgent.System;

namespace TcpAgent.Tests.Kernel.Netlink;

/// <summary>The call itself, on this host's own devices.</summary>
[Trait("Category", "live")]
public sealed class DriverStatisticsTests : IDisposable
{
    readonly DriverStatistics _statistics = new();

    public void Dispose() => _statistics.Dispose();

    [Fact]
    public void LoopbackHasNone() => Assert.Equal(Libc.EOPNOTSUPP, _statistics.Read("lo"u8, out _, out _));

    [Fact]
    public void ADeviceThatIsNotThereIsAnError() => Assert.Equal(Libc.ENODEV, _statistics.Read("no-such-card"u8, out _, out _));

    [Fact]
    public void ANameThatIsTooLongIsNoDevice() => Assert.Equal(Libc.ENODEV, _statistics.Read("sixteen-letters!"u8, out _, out _));

    [Fact]
    public void AClosedDescriptorIsOpenedAgain()
    {
        _statistics.Read("lo"u8, out _, out _);
        _statistics.Close();
        Assert.Equal(Libc.EOPNOTSUPP, _statistics.Read("lo"u8, out _, out _));
    }

    /// <summary>A veth, which any container host has, names its statistics too, such as "peer_ifindex".</summary>
    [SkippableFact]
    public void EachNameHasAValue()
    {
        foreach (var path in Directory.GetFileSystemEntries("/sys/class/net"))
            if (_statistics.Read(Encoding.ASCII.GetBytes(Path.GetFileName(path)), out var names, out var values) == 0)
            {
                Assert.Equal(names.Length / StatisticNames.Length, values.Length / sizeof(ulong));
                for (var at = 0; at < names.Length; at += StatisticNames.Length)
                    Assert.InRange(names[at], (byte)' ', (byte)'~');
                return;
            }
        Skip.If(true, "no device of this host has statistics");
    }

    /// <summary>The kernel writes as many values as there are, so it must find an end behind the memory.</summary>
    [Fact]
    public void BehindTheMemoryIsAPageThatNobodyMayWrite()
    {
        const int Length = 100_000;
        var at = Libc.MapGuarded(Length);
        var end = Pages(at + Length);
        var areas = File.ReadAllLines("/proc/self/maps");
        Libc.Unmap(at, Length);
        Assert.Contains(areas, area => Begin(area) <= at && End(area) == end && Rights(area) == "rw-p");
        Assert.Contains(areas, area => Begin(area) == end && Rights(area) == "---p");

        static long Pages(long address) => address + (-address & (Environment.SystemPageSize - 1));
        static long Hex(string text) => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        static long Begin(string area) => Hex(area[..area.IndexOf('-')]);
        static long End(string area) => Hex(area[(area.IndexOf('-') + 1)..area.IndexOf(' ')]);
        static string Rights(string area) => area.Split(' ')[1];
    }
}
