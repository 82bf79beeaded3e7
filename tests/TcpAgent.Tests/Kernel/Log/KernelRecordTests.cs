using System.Text;
using TcpAgent.Kernel.Log;

namespace TcpAgent.Tests.Kernel.Log;

public class KernelRecordTests
{
    static bool TryRead(string bytes, out KernelRecord record) => KernelRecord.TryRead(Encoding.Latin1.GetBytes(bytes), out record);

    [Theory]
    [InlineData("6,339,5140900,-;TCP: too many orphaned sockets\n", 339, true, "TCP: too many orphaned sockets")]
    [InlineData("4,2546,12383909682,-,caller=T77;x\n", 2546, true, "x")]
    [InlineData("6,7,1,c;a part\n", 7, true, "a part")]
    [InlineData("12,8,1,-;written by a program\n", 8, false, "written by a program")]
    [InlineData("30,9,1,-;systemd[1]: Started; it says\n", 9, false, "systemd[1]: Started; it says")]
    [InlineData("7,10,1,-;\n", 10, true, "")]
    public void ItHasANumberAnOriginAndAText(string bytes, long sequence, bool isKernel, string text)
    {
        Assert.True(TryRead(bytes, out var record));
        Assert.Equal(sequence, record.Sequence);
        Assert.Equal(isKernel, record.IsKernel);
        Assert.Equal(text, Encoding.Latin1.GetString(record.Text));
    }

    /// <summary>Those lines hold the device, not a message.</summary>
    [Fact]
    public void LinesThatBeginWithASpaceAreNoPartOfTheText()
    {
        Assert.True(TryRead("6,1,1,-;p0: x\n SUBSYSTEM=net\n DEVICE=TCP: too many orphaned sockets\n", out var record));
        Assert.Equal("p0: x", Encoding.Latin1.GetString(record.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(";\n")]
    [InlineData("TCP: too many orphaned sockets\n")]
    [InlineData("6,339,1,-;TCP: too many orphaned sockets")]
    [InlineData("6,339,1,-\n;x\n")]
    [InlineData("6;x\n")]
    [InlineData("6,1;x\n")]
    [InlineData("-1,339,1,-;x\n")]
    [InlineData("6,-339,1,-;x\n")]
    [InlineData("<6>,339,1,-;x\n")]
    [InlineData(",339,1,-;x\n")]
    [InlineData("6,,1,-;x\n")]
    [InlineData("6, 1,1,-;x\n")]
    public void WhatIsNotInTheFormatIsNoRecord(string bytes) => Assert.False(TryRead(bytes, out _));
}
