using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class PrintableTests
{
    static byte[] Bytes(string latin1) => Encoding.Latin1.GetBytes(latin1);

    [Theory]
    [InlineData("eth0", "eth0")]
    [InlineData("", "")]
    [InlineData("a b~", "a b~")]
    [InlineData("caf\u00e9", @"caf\xe9")]
    [InlineData(@"caf\xe9", @"caf\\xe9")]
    [InlineData("\u001b[31m", @"\x1b[31m")]
    [InlineData("a\nb\rc\0", @"a\x0ab\x0dc\x00")]
    [InlineData("\u007f", @"\x7f")]
    [InlineData("\u00ff\u00c3", @"\xff\xc3")]
    public void WhatIsNotPrintableIsEscaped(string latin1, string expected) => Assert.Equal(expected, Printable.Of(Bytes(latin1)));

    [Theory]
    [InlineData("caf\u00e9")]
    [InlineData("\u65e5\u672c")]
    [InlineData("\ud83d\ude00")]
    public void PrintableUtf8StaysAsItIs(string text) => Assert.Equal(text, Printable.Of(Encoding.UTF8.GetBytes(text)));

    /// <summary>C1 controls, marks that turn the direction of text, and separators of lines are UTF-8 and no text.</summary>
    [Theory]
    [InlineData("\u009b31m", @"\xc2\x9b31m")]
    [InlineData("\u202eabc", @"\xe2\x80\xaeabc")]
    [InlineData("\u2028", @"\xe2\x80\xa8")]
    public void ControlCharactersBeyondAsciiAreEscapedByTheirBytes(string text, string expected) =>
        Assert.Equal(expected, Printable.Of(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void TwoNamesStayTwoAndNoneHoldsAControlCharacter()
    {
        const int seed = 20261130;
        var random = new Random(seed);
        var known = new Dictionary<string, byte[]>();
        byte[] alphabet = [0, 0x0a, 0x1b, 0x5c, 0x78, 0x65, 0x39, 0xc3, 0xa9, 0xe9, 0x9b, 0xe2, 0x80, 0xae];
        for (var round = 0; round < 50_000; round++)
        {
            var name = random.GetItems(alphabet, random.Next(6));
            var text = Printable.Of(name);
            Assert.True(!known.TryGetValue(text, out var other) || other.SequenceEqual(name), $"seed {seed}, round {round}: {text}");
            known[text] = name;
            Assert.DoesNotContain(text, char.IsControl);
            Assert.Equal(text, Printable.Of(text));
        }
    }

    [Theory]
    [InlineData("a\u001b[2Jb", @"a\x1b[2Jb")]
    [InlineData("a\nb", @"a\x0ab")]
    [InlineData("\u009b", @"\x9b")]
    [InlineData("\u202e", @"\u202e")]
    [InlineData(@"C:\x1b", @"C:\x1b")]
    public void TextForATerminalHoldsNoControlCharacter(string text, string expected) => Assert.Equal(expected, Printable.Of(text));
}
