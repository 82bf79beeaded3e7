using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

/// <summary>Every fixture, cut at every byte: values that are read are correct, and the cut is noticed.</summary>
public class CutTests
{
    /// <summary>Files with hundreds of CPUs or devices are cut at the start and end of each line, and at regular intervals.</summary>
    static IEnumerable<int> Cuts(byte[] text)
    {
        var step = text.Length > 8 * 1024 ? 61 : 1;
        for (var cut = 0; cut <= text.Length; cut++)
            if (cut % step == 0 || IsLineEnd(text, cut) || (cut > 1 && text[cut - 2] == '\n'))
                yield return cut;
    }

    static bool IsLineEnd(byte[] text, int cut) => cut > 0 && text[cut - 1] == '\n';

    public static TheoryData<string> Named => [.. Formats.Named];

    public static TheoryData<string> Tables => [.. Formats.Tables];

    public static TheoryData<string> Lists => [.. Formats.Lists];

    [Theory]
    [MemberData(nameof(Named))]
    public void ACutRemovesValuesButChangesNone(string name)
    {
        foreach (var (set, text) in Fixtures.Files(name))
        {
            var map = new FieldMap();
            var kept = Formats.Parser(name, map);
            var dropped = map.Parse(kept, text).Dropped;
            long[] whole = [.. map.Slots];
            foreach (var cut in Cuts(text))
            {
                // The parser that lives on has met the whole file and shorter cuts; now and then one is new.
                var parser = cut % 16 == 0 ? Formats.Parser(name, map) : kept;
                var result = map.Parse(parser, text.AsSpan(0, cut));
                for (var slot = 0; slot < whole.Length; slot++)
                    if (map.Slots[slot] != KernelValue.Absent && map.Slots[slot] != whole[slot])
                        Assert.Fail($"{set} {name} cut at {cut}: slot {slot} is {map.Slots[slot]}, not {whole[slot]}");
                Assert.True(result.Dropped > 0 || IsLineEnd(text, cut), $"{set} {name} cut at {cut} was not noticed");
            }
            Assert.Equal(dropped, map.Parse(kept, text).Dropped);
            Assert.Equal(whole, map.Slots);
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void ACutTableIsTheSumOfWholeRowsOrNothing(string name)
    {
        foreach (var (set, text) in Fixtures.Files(name))
        {
            foreach (var cut in Cuts(text))
            {
                var map = new FieldMap();
                var result = map.Parse(Formats.Parser(name, map), text.AsSpan(0, cut));
                if (result.Dropped > 0)
                {
                    Assert.False(map.Slots.AsSpan().ContainsAnyExcept(KernelValue.Absent), $"{set} {name} cut at {cut} left a value");
                    continue;
                }

                // The sum over fewer CPUs is wrong for the host, and nothing in the text shows it; the kernel returns whole lines.
                Assert.True(IsLineEnd(text, cut), $"{set} {name} cut at {cut} was not noticed");
                foreach (var (field, expected) in Formats.Model(text.AsSpan(0, cut)))
                    Assert.True(
                        map["." + field] == expected || (expected is null && map["." + field] is null),
                        $"{set} {name} cut at {cut}: {field} is {map["." + field]}, not {expected}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void ACutListHasTheFirstItemsOfTheWhole(string name)
    {
        foreach (var (set, text) in Fixtures.Files(name))
        {
            var (whole, _) = Formats.Read(name, text);
            foreach (var cut in Cuts(text))
            {
                var (items, result) = Formats.Read(name, text.AsSpan(0, cut));
                Assert.True(
                    items.Count <= whole.Count && items.SequenceEqual(whole.Take(items.Count)),
                    $"{set} {name} cut at {cut}: {string.Join(", ", items.Except(whole))}");

                // One of these lists may be empty: nfnetlink_queue has no header, and no line if no program takes packets.
                var isWhole = IsLineEnd(text, cut) || (cut == 0 && name == Formats.NfQueue);
                Assert.True(result.Dropped > 0 || isWhole, $"{set} {name} cut at {cut} was not noticed");
            }
        }
    }

    [Fact]
    public void ThereAreFixturesOfEachFormat()
    {
        foreach (var name in (string[])[.. Formats.Named, .. Formats.Tables, .. Formats.Lists])
            Assert.True(Fixtures.Files(name).Count() >= 5, name);
    }

    [Fact]
    public void ACutListOfCpusIsShorterOrRefused()
    {
        var text = "0,2-3,8-11\n"u8.ToArray();
        var ids = new int[16];
        for (var cut = 0; cut <= text.Length; cut++)
            Assert.True(CpuList.Parse(text.AsSpan(0, cut), ids) is >= -1 and <= 7);
    }
}
