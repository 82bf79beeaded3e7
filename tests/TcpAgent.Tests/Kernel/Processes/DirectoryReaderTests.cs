using System.Buffers.Binary;
using System.Text;
using TcpAgent.Kernel.Processes;

namespace TcpAgent.Tests.Kernel.Processes;

public class DirectoryReaderTests
{
    /// <summary>struct linux_dirent64, padded to eight bytes as the kernel pads it.</summary>
    static byte[] Entry(string name, ulong inode, int? length = null)
    {
        var entry = new byte[(19 + name.Length + 1 + 7) / 8 * 8];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, inode);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(16), (ushort)(length ?? entry.Length));
        Encoding.Latin1.GetBytes(name, entry.AsSpan(19));
        return entry;
    }

    static List<string> Read(params byte[][] entries)
    {
        var read = new List<string>();
        var reader = new DirectoryReader([.. entries.SelectMany(entry => entry)]);
        while (reader.TryRead(out var name, out var inode))
            read.Add($"{Encoding.Latin1.GetString(name)} {inode}");
        return read;
    }

    [Fact]
    public void EveryEntryIsReadWithItsInode() =>
        Assert.Equal([". 1", "812 4026531844", "self 3"], Read(Entry(".", 1), Entry("812", 4026531844), Entry("self", 3)));

    /// <summary>Shorter than its own header, longer than the buffer, or cut: nothing behind it can be found.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    [InlineData(4096)]
    public void AWrongLengthEndsTheWalk(int length) => Assert.Equal(["1 7"], Read(Entry("1", 7), Entry("2", 8, length), Entry("3", 9)));

    [Fact]
    public void ACutEntryIsNotRead() => Assert.Equal(["1 7"], Read(Entry("1", 7), Entry("2", 8)[..20]));

    [Theory]
    [InlineData("1", 1)]
    [InlineData("4194304", 4194304)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("2147483648", 0)]
    [InlineData("99999999999999999999", 0)]
    [InlineData("0", 0)]
    [InlineData("012", 0)]
    [InlineData("-1", 0)]
    [InlineData("12a", 0)]
    [InlineData("self", 0)]
    [InlineData("", 0)]
    public void OnlyANumberIsAPid(string name, int pid)
    {
        Assert.Equal(pid > 0, ProcessList.TryParsePid(Encoding.Latin1.GetBytes(name), out var parsed));
        Assert.Equal(pid, parsed);
    }
}
