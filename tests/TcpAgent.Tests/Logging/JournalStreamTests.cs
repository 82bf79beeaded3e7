using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using TcpAgent.Logging;

namespace TcpAgent.Tests.Logging;

[Collection(ProcessState.Name)]
public sealed class JournalStreamTests : IDisposable
{
    const string Variable = "JOURNAL_STREAM";

    readonly string? _saved = Environment.GetEnvironmentVariable(Variable);

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, _saved);

    [Fact]
    public void StderrIsTheJournalOnlyWhenDeviceAndInodeAreTheVariables()
    {
        var stderr = Identity(2);
        Environment.SetEnvironmentVariable(Variable, $"{stderr.Device}:{stderr.Inode}");
        Assert.True(JournalSink.StderrIsJournal());
        Environment.SetEnvironmentVariable(Variable, $"{stderr.Device}:{stderr.Inode + 1}");
        Assert.False(JournalSink.StderrIsJournal());
        Environment.SetEnvironmentVariable(Variable, $"{stderr.Device + 1}:{stderr.Inode}");
        Assert.False(JournalSink.StderrIsJournal());
        Environment.SetEnvironmentVariable(Variable, null);
        Assert.False(JournalSink.StderrIsJournal());
    }

    [Fact]
    public void ASocketIsRecognised()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var fd = (int)socket.Handle;
        var socketId = Identity(fd);
        Assert.True(JournalSink.IsStream($"{socketId.Device}:{socketId.Inode}", fd));
    }

    // Expected: Python's os.makedev, which asks the C library.
    [Theory]
    [InlineData(0, 9, 9UL)]
    [InlineData(8, 1, 2049UL)]
    [InlineData(253, 0, 64768UL)]
    [InlineData(259, 300, 1114924UL)]
    [InlineData(5000, 70000, 17592472537200UL)]
    public void ADeviceNumberIsThatOfTheCLibrary(ulong major, ulong minor, ulong device) =>
        Assert.Equal(device, JournalSink.Device(major, minor));

    [Fact]
    public void AFileIsRecognised()
    {
        using var file = File.OpenHandle("/proc/self/exe");
        var fd = (int)file.DangerousGetHandle();
        var fileId = Identity(fd);
        Assert.True(JournalSink.IsStream($"{fileId.Device}:{fileId.Inode}", fd));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("8")]
    [InlineData("8:")]
    [InlineData(":8")]
    [InlineData("8:x")]
    [InlineData("-1:-1")]
    public void AVariableWithoutTwoNumbersIsNoJournal(string value) => Assert.False(JournalSink.IsStream(value, 2));

    [Fact]
    public void AClosedDescriptorIsNoJournal() => Assert.False(JournalSink.IsStream("0:0", 9999));

    internal static string StderrIdentity()
    {
        var stderr = Identity(2);
        return $"{stderr.Device}:{stderr.Inode}";
    }

    // stat(1) as the second opinion.
    static (ulong Device, ulong Inode) Identity(int fd)
    {
        var start = new ProcessStartInfo("stat", ["-L", "-c", "%d:%i", $"/proc/{Environment.ProcessId}/fd/{fd}"])
        {
            RedirectStandardOutput = true,
        };
        using var stat = Process.Start(start)!;
        var parts = stat.StandardOutput.ReadToEnd().Trim().Split(':');
        stat.WaitForExit();
        return (ulong.Parse(parts[0], CultureInfo.InvariantCulture), ulong.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
