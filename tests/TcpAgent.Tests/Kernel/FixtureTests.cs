using System.Globalization;
using System.Numerics;
using System.Text;

namespace TcpAgent.Tests.Kernel;

/// <summary>For every good fixture of named values the parser finds what a second, simple reader finds.</summary>
public class FixtureTests
{
    /// <summary>Sets with torn files, with values below 0, and with a header without values.</summary>
    static readonly string[] s_broken = ["torn", "below-zero", "gvisor"];

    public static TheoryData<string, string> Files
    {
        get
        {
            var files = new TheoryData<string, string>();
            foreach (var name in (string[])[.. Formats.Named, .. Formats.Tables])
                foreach (var (set, _) in Fixtures.Files(name))
                    if (!s_broken.Contains(set))
                        files.Add(set, name);
            return files;
        }
    }

    static long Number(string text) =>
        (long)BigInteger.Clamp(BigInteger.Parse(text, CultureInfo.InvariantCulture), -long.MaxValue, long.MaxValue);

    static string[] Words(string line) => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    static IEnumerable<(string Field, long Value)> Plain(string name, byte[] text)
    {
        var lines = Encoding.ASCII.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return name switch
        {
            Formats.Snmp or Formats.Netstat => lines.Chunk(2).SelectMany(pair => Words(pair[0]).Zip(Words(pair[1])).Skip(1)
                .Select(field => (Words(pair[0])[0].TrimEnd(':') + "." + field.First, Number(field.Second)))),
            Formats.Snmp6 => lines.Select(Words).Select(words => ("." + words[0], Number(words[1]))),
            Formats.Sockstat or Formats.Sockstat6 => lines.Select(Words).SelectMany(words => words.Skip(1).Chunk(2)
                .Select(pair => (words[0].TrimEnd(':') + "." + pair[0], Number(pair[1])))),
            _ => Formats.Model(text).Where(field => field.Value is not null).Select(field => ("." + field.Key, field.Value!.Value)),
        };
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void EveryValueIsWhereAPlainReadingFindsIt(string set, string name)
    {
        var text = File.ReadAllBytes(Path.Combine(Fixtures.Root(set), name));
        var map = new FieldMap();
        Assert.Equal(default, map.Parse(Formats.Parser(name, map), text));
        var count = 0;
        foreach (var (field, value) in Plain(name, text))
        {
            new Facts(name).Is(value, map[field] ?? long.MinValue, field).Verify();
            count++;
        }
        Assert.True(count > 2);
    }
}
