using System.Diagnostics;
using System.Text;
using TcpAgent.Web.Config;

namespace TcpAgent.Tests.Web.Config;

/// <summary>Whatever the bytes: an answer, no exception, in bounded time.</summary>
public class ConfigFuzzTests
{
    static readonly byte[][] s_files =
        [.. Directory.GetFiles(Repo.Path("tests", "fixtures", "web-config"),
            "*.yml").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    static void AssertAnswers(ReadOnlySpan<byte> text)
    {
        var findings = new ConfigReport("f");
        var config = ConfigReader.Read(Encoding.UTF8.GetString(text), findings);
        Assert.Equal(findings.IsGood, config is not null);
        foreach (var problem in findings.Problems)
            Assert.True(problem is { Line: > 0, Column: > 0 }, problem.ToString());
    }

    [Fact]
    public void FilesCutAtEveryByteAreAnswered()
    {
        foreach (var file in s_files)
            for (var length = 0; length < file.Length; length++)
                AssertAnswers(file.AsSpan(0, length));
    }

    [Fact]
    public void MutatedFilesAreAnswered()
    {
        var random = new Random(20240607);
        var interesting = "{}[]:,-#&*!|>'\"%@`?\n\t \\\0\u0080<~$0"u8.ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var text = (byte[])s_files[random.Next(s_files.Length)].Clone();
            if (text.Length == 0)
                continue;
            for (var i = random.Next(1, 6); i > 0; i--)
                text[random.Next(text.Length)] = random.Next(4) == 0
                    ? (byte)random.Next(256)
                    : interesting[random.Next(interesting.Length)];
            AssertAnswers(text);
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: ")]
    [InlineData("{a: ")]
    [InlineData("\n")]
    [InlineData("\"")]
    [InlineData("a: |\n")]
    [InlineData("a\n")]
    [InlineData("!!a ")]
    [InlineData("&a ")]
    [InlineData("%TAG ! a\n")]
    public void LongFilesTakeBoundedTime(string piece)
    {
        var text = new StringBuilder().Insert(0, piece, ConfigReader.MaxLength / piece.Length).ToString();
        var clock = Stopwatch.StartNew();
        AssertAnswers(Encoding.UTF8.GetBytes(text));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public void ManyKeysAndUsersTakeBoundedTime()
    {
        var text = new StringBuilder("rate_limit:\n");
        for (var i = 0; text.Length < ConfigReader.MaxLength; i++)
            text.Append($"  key{i}: 1\n");
        var clock = Stopwatch.StartNew();
        AssertAnswers(Encoding.UTF8.GetBytes(text.ToString()));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }
}
