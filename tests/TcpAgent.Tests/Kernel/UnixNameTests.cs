using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class UnixNameTests
{
    static string Text(string latin1) => UnixName.Text(Encoding.Latin1.GetBytes(latin1));

    [Theory]
    [InlineData("/run/php/php8.2-fpm.sock\0", "/run/php/php8.2-fpm.sock")]
    [InlineData("/run/docker.sock", "/run/docker.sock")]
    [InlineData("\0/tmp/.X11-unix/X0", "@/tmp/.X11-unix/X0")]
    [InlineData("\0", "@")]
    [InlineData("", "")]
    [InlineData("a b\0", "a b")]
    [InlineData("new\nline\0", @"new\x0aline")]
    [InlineData("\u001b[31mred\0", @"\x1b[31mred")]
    [InlineData("say \"hi\" \\\0", @"say \x22hi\x22 \x5c")]
    [InlineData("caf\u00e9\u00ff\0", @"caf\xe9\xff")]
    [InlineData("@path\0", @"\x40path")]
    [InlineData("a@b\0", "a@b")]
    [InlineData("\0a\0b\0", @"@a\x00b\x00")]
    public void ANameIsReadableAndHarmless(string name, string text) => Assert.Equal(text, Text(name));

    /// <summary>The abstract name @path and the relative path @path are two sockets, and so is a name that looks like an escape.</summary>
    [Fact]
    public void TwoNamesAreTwoTexts()
    {
        string[] names =
        [
            "\0path", "@path", "\\x40path", "\0\\x40path", "\0path\0", "\0path\0\0", "path\n", "path\\x0a", "path\\n", "\0", "@", "\0\0",
        ];
        Assert.Equal(names.Length, names.Select(Text).Distinct().Count());
    }

    [Fact]
    public void ALongNameIsCutAndStillDiffersFromOthers()
    {
        var plain = new string('a', 108);
        Assert.Equal(plain, Text(plain));

        // Programs bind all of sun_path, zeros behind the name among them.
        string[] padded = ["\0name" + new string('\0', 103), "\0name" + new string('\0', 102), "\0nama" + new string('\0', 103)];
        var texts = padded.Select(Text).ToArray();
        Assert.All(texts, text => Assert.Equal(UnixName.MaxLength, text.Length));
        Assert.All(texts, text => Assert.StartsWith("@nam", text, StringComparison.Ordinal));
        Assert.Equal(3, texts.Distinct().Count());
    }
}
