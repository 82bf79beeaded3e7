using System.Globalization;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class CursorTests
{
    static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(5_000);

    // Long enough to pass 2^64 often, and now and then with a letter in it.
    static Gen<string> Text(string alphabet, int longest) =>
        Gen.Choose(0, longest).SelectMany(length => Gen.Elements(alphabet.ToCharArray()).ArrayOf(length)).Select(text => new string(text));

    [Fact]
    public void DecimalsAreTheModelsClampedToALong() =>
        Check.One(s_config, Prop.ForAll(
            Arb.From(Gen.OneOf(Text("0123456789", 24), Text("-0123456789x", 4), Text("0123456789", 22).Select(text => "-" + text))),
            text =>
            {
                var valid = Cursor.TryParseInt64(Encoding.ASCII.GetBytes(text), out var value);
                if (!BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var model))
                    return !valid && value == 0;
                return valid && value == (long)BigInteger.Clamp(model, -long.MaxValue, long.MaxValue);
            }));

    [Fact]
    public void EveryLongIsReadAsItself() =>
        Check.One(s_config, Prop.ForAll<long>(
            expected => Cursor.TryParseInt64(Encoding.ASCII.GetBytes($"{expected}"), out var value)
                && value == Math.Max(expected, -long.MaxValue)));

    [Fact]
    public void HexadecimalsAreTheModelsUpTo64Bits() =>
        Check.One(s_config, Prop.ForAll(
            Arb.From(Gen.OneOf(Text("0123456789abcdefABCDEF", 18), Text("09afAFgG-x", 4))),
            text =>
            {
                var valid = Cursor.TryParseHex(Encoding.ASCII.GetBytes(text), out var value);
                var hex = text.Length is > 0 and <= 16 && text.All(char.IsAsciiHexDigit);
                return hex
                    ? valid && value == BigInteger.Parse("0" + text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                    : !valid && value == 0;
            }));

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775808", long.MaxValue)]
    [InlineData("18446744073709551615", long.MaxValue)]
    [InlineData("99999999999999999999999999", long.MaxValue)]
    [InlineData("-9223372036854775808", -long.MaxValue)]
    [InlineData("-1", -1)]
    [InlineData("0000000000000000000000000012", 12)]
    public void AValueThatDoesNotFitIsClamped(string text, long expected)
    {
        Assert.True(Cursor.TryParseInt64(Encoding.ASCII.GetBytes(text), out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("--1")]
    [InlineData("+1")]
    [InlineData("4x")]
    [InlineData("1.5")]
    [InlineData("1 ")]
    public void WhatIsNoNumberIsRefused(string text) => Assert.False(Cursor.TryParseInt64(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void ALineWithoutNewlineIsNotReturned()
    {
        var cursor = new Cursor("one\ntwo"u8);
        Assert.True(cursor.TryReadLine(out var line));
        Assert.True(line.Rest.SequenceEqual("one"u8));
        Assert.False(cursor.TryReadLine(out _));
        Assert.False(cursor.AtEnd);
    }

    [Fact]
    public void RunsOfSpacesAndTabsSeparateFields()
    {
        var cursor = new Cursor("  4096\t131072 \t 6291456  "u8);
        Assert.Equal(3, cursor.CountFields());
        Assert.True(cursor.TryReadInt64(out var first));
        Assert.True(cursor.TryReadInt64(out var second));
        Assert.True(cursor.TryReadInt64(out var third));
        Assert.False(cursor.TryReadField(out _));
        Assert.Equal(4096, first);
        Assert.Equal(131072, second);
        Assert.Equal(6291456, third);
    }
}
