using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

/// <summary>
/// Fixtures damaged at random: nothing throws, nothing outside the slots is written, and a good file afterwards is read as if
/// nothing had happened.
/// </summary>
public class MutationTests
{
    const int Seed = 20260803;
    const int Rounds = 3_000;

    public static TheoryData<string> Parsed => [.. Formats.Named, .. Formats.Tables];

    public static TheoryData<string> Lists => [.. Formats.Lists];

    /// <summary>The large set would take most of the time, and for a parser only its length is special.</summary>
    static byte[][] Files(string name) => [.. Fixtures.Files(name).Select(file => file.Text).Where(text => text.Length < 8 * 1024)];

    static byte[] Damage(Random random, byte[][] files)
    {
        var text = new List<byte>(files[random.Next(files.Length)]);
        for (var i = random.Next(1, 6); i > 0 && text.Count > 0; i--)
        {
            var at = random.Next(text.Count);
            var length = random.Next(1, Math.Min(random.Next(2) == 0 ? 4 : 200, text.Count - at) + 1);
            switch (random.Next(7))
            {
                case 0:
                    text[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    text[at] = " \t\n:|-09afxz\0\xff"u8[random.Next(14)];
                    break;
                case 2:
                    text.RemoveRange(at, length);
                    break;
                case 3:
                    text.InsertRange(random.Next(text.Count), text.GetRange(at, length));
                    break;
                case 4:
                    var other = files[random.Next(files.Length)];
                    text.RemoveRange(at, text.Count - at);
                    text.AddRange(other[random.Next(other.Length)..]);
                    break;
                case 5:
                    text.RemoveAll(c => c == '\n' && random.Next(8) == 0);
                    break;
                case 6:
                    text.InsertRange(at, Enumerable.Repeat((byte)('0' + random.Next(10)), random.Next(1, 40)));
                    break;
            }
        }
        return [.. text];
    }

    [Theory]
    [MemberData(nameof(Parsed))]
    public void ADamagedFileDoesNoHarm(string name)
    {
        var files = Files(name);
        var map = new FieldMap();
        foreach (var file in files)
            map.Parse(Formats.Parser(name, map), file);
        map.Frozen = true;
        var parser = Formats.Parser(name, map);
        var guarded = new Guarded(FieldMap.Capacity);
        var random = new Random(Seed);
        for (var round = 0; round < Rounds; round++)
        {
            var text = Damage(random, files);
            guarded.Clear();
            var result = default(ParseResult);
            var exception = Record.Exception(() => result = parser.Parse(text, guarded.Slots));
            Assert.True(exception is null, $"seed {Seed}, round {round}: {exception}");
            guarded.Check();
            Assert.True(result.Dropped >= 0 && result.Line <= text.Count(c => c == '\n') + 1, $"seed {Seed}, round {round}: {result}");
        }
    }

    public static TheoryData<string> Named => [.. Formats.Named];

    [Theory]
    [MemberData(nameof(Named))]
    public void ADamagedFileLeavesNoTraceInTheNext(string name)
    {
        var files = Files(name);
        var random = new Random(Seed + 1);
        foreach (var file in files)
        {
            var map = new FieldMap();
            var parser = Formats.Parser(name, map);
            var expected = map.Parse(parser, file);
            long[] whole = [.. map.Slots];
            map.Frozen = true;
            for (var round = 0; round < 100; round++)
            {
                map.Parse(parser, Damage(random, files));
                Assert.True(map.Parse(parser, file) == expected, $"seed {Seed + 1}, round {round}");
                Assert.True(whole.AsSpan().SequenceEqual(map.Slots), $"seed {Seed + 1}, round {round}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void ADamagedListDoesNoHarm(string name)
    {
        var files = Files(name);
        var random = new Random(Seed);
        for (var round = 0; round < Rounds; round++)
        {
            var text = Damage(random, files);
            var result = default(ParseResult);
            var exception = Record.Exception(() => (_, result) = Formats.Read(name, text));
            Assert.True(exception is null, $"seed {Seed}, round {round}: {exception}");
            Assert.True(result.Line <= text.Count(c => c == '\n') + 1, $"seed {Seed}, round {round}: {result}");
        }
    }

    [Fact]
    public void NoCounterOfADamagedTableIsNegative()
    {
        foreach (var name in Formats.Tables)
        {
            var files = Files(name);
            var map = new FieldMap();
            var parser = Formats.Parser(name, map);
            foreach (var file in files)
                map.Parse(parser, file);
            map.Frozen = true;
            var random = new Random(Seed);
            for (var round = 0; round < Rounds; round++)
            {
                map.Parse(parser, Damage(random, files));
                foreach (var value in map.Slots)
                    Assert.True(value is KernelValue.Absent or >= 0, $"seed {Seed}, round {round}: {value}");
            }
        }
    }
}
