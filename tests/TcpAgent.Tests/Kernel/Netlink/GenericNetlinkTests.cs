using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Kernel.Netlink;

public class GenericNetlinkTests
{
    const byte Command = 16;

    static readonly byte[] s_wanted = [2, 5, 6];

    static long[] Read(byte[] payload, bool isRead = true)
    {
        var values = new long[s_wanted.Length];
        Assert.Equal(isRead, GenericNetlink.TryReadNumbers(payload, Command, s_wanted, values));
        return values;
    }

    static long[] Attributes(params byte[][] attributes) => Read([Command, 1, 0, 0, .. attributes.SelectMany(one => one)]);

    [Fact]
    public void NumbersAreFoundByTheirAttributes() => Assert.Equal(
        [7, KernelValue.Absent, 1L << 40],
        Attributes(Attribute(6, BitConverter.GetBytes(1UL << 40)), Attribute(3, Int32(9)), Attribute(2, Int32(7))));

    [Fact]
    public void ANumberBeyondTheLargestIsTheLargest() =>
        Assert.Equal(long.MaxValue, Attributes(Attribute(2, BitConverter.GetBytes(ulong.MaxValue)))[0]);

    /// <summary>A type above 255 is none of those that are asked for.</summary>
    [Fact]
    public void ATypeIsComparedWhole() => Assert.Equal(KernelValue.Absent, Attributes(Attribute(0x102, Int32(7)))[0]);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(12)]
    public void ANumberOfAnyOtherLengthIsAbsent(int length) =>
        Assert.Equal([KernelValue.Absent, 8, KernelValue.Absent], Attributes(Attribute(2, new byte[length]), Attribute(5, Int32(8))));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(0xffff)]
    public void AnAttributeOfAnImpossibleLengthEndsTheMessage(int length)
    {
        var torn = Attribute(5, Int32(8));
        BitConverter.TryWriteBytes(torn, (ushort)length);
        Assert.Equal([7, KernelValue.Absent, KernelValue.Absent], Attributes(Attribute(2, Int32(7)), torn, Attribute(6, Int32(9))));
    }

    [Fact]
    public void AnotherCommandIsNoAnswer() => Assert.All(
        Read([17, 1, 0, 0, .. Attribute(2, Int32(7))], isRead: false), value => Assert.Equal(KernelValue.Absent, value));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void ACutHeaderIsNoAnswer(int length) => Read(new byte[length], isRead: false);
}
