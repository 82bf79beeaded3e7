using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

public class ByteWriterTests
{
    static string Write(long value, long factor = 1, int decimals = 0)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ByteWriter(output);
        writer.WriteNumber(value, factor, decimals);
        writer.Complete();
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }

    [Theory]
    [InlineData(0, 0, "0")]
    [InlineData(0, 9, "0")]
    [InlineData(-7, 0, "-7")]
    [InlineData(-500, 3, "-0.5")]
    [InlineData(-1, 9, "-0.000000001")]
    [InlineData(-1500, 3, "-1.5")]
    [InlineData(1, 2, "0.01")]
    [InlineData(12345, 2, "123.45")]
    [InlineData(12300, 2, "123")]
    [InlineData(1722470400123, 3, "1722470400.123")]
    [InlineData(1722470400120, 3, "1722470400.12")]
    [InlineData(1_000_000_000, 9, "1")]
    [InlineData(1_000_000_001, 9, "1.000000001")]
    [InlineData(long.MaxValue, 0, "9223372036854775807")]
    [InlineData(long.MaxValue, 9, "9223372036.854775807")]
    [InlineData(long.MinValue + 1, 0, "-9223372036854775807")]
    [InlineData(long.MinValue + 1, 9, "-9223372036.854775807")]
    [InlineData(long.MinValue + 1, 2, "-92233720368547758.07")]
    public void NumbersAreExact(long value, int decimals, string expected) => Assert.Equal(expected, Write(value, 1, decimals));

    [Theory]
    [InlineData(57, 4096, "233472")]
    [InlineData(57, 65536, "3735552")]
    [InlineData(long.MaxValue, 4096, "9223372036854775807")]
    [InlineData(-long.MaxValue, 65536, "-9223372036854775807")]
    [InlineData(2251799813685248, 4096, "9223372036854775807")]
    [InlineData(2251799813685247, 4096, "9223372036854771712")]
    public void PagesBecomeBytesAndAreClamped(long pages, long pageSize, string expected) => Assert.Equal(expected, Write(pages, pageSize));

    [Fact]
    public void AnyNumberReadsBackAsItsProductOverAPowerOfTen() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(5_000),
            Prop.ForAll(
                Arb.From(Gen.OneOf(
                    ArbMap.Default.GeneratorFor<long>(),
                    ArbMap.Default.GeneratorFor<int>().Select(value => (long)value),
                    Gen.Choose(-100_000, 100_000).Select(value => value * 1_000_000L))),
                Arb.From(Gen.Elements(1L, 4096L, 65536L)),
                Arb.From(Gen.Elements(0, 2, 3, 9)),
                (value, factor, decimals) =>
                {
                    // Decimal holds 28 digits, so this model is exact.
                    var product = BigInteger.Clamp((BigInteger)value * factor, factor == 1 ? long.MinValue : -long.MaxValue, long.MaxValue);
                    var expected = (decimal)product / (decimal)BigInteger.Pow(10, decimals);
                    var text = Write(value, factor, decimals);
                    return decimal.Parse(
                        text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) == expected
                        && !(text.Contains('.', StringComparison.Ordinal) && text.EndsWith('0'));
                }));

    [Fact]
    public void BytesOfAnyLengthArriveInOrder()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ByteWriter(output);
        var expected = new StringBuilder();
        var random = new Random(3);
        for (var i = 0; i < 500; i++)
        {
            var text = new string((char)('a' + i % 26), random.Next(i % 50 == 0 ? 40_000 : 200));
            writer.Write(Encoding.ASCII.GetBytes(text));
            writer.Write((byte)' ');
            writer.WriteNumber(i, 1, 0);
            expected.Append(text).Append(' ').Append(i);
        }
        writer.Complete();
        Assert.Equal(expected.ToString(), Encoding.ASCII.GetString(output.WrittenSpan));
    }
}
