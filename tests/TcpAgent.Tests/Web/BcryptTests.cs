using System.Runtime.InteropServices;
using System.Text;
using TcpAgent.System;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>The library gives the hashes that htpasswd and the system's crypt(3) give.</summary>
public class BcryptTests
{
    const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const string Setting = "$2y$04$X0h1gDsPszWURQaxFh.zou";

    static string? Hash(string password, string setting) => Bcrypt.Hash(Encoding.UTF8.GetBytes(password), setting);

    /// <summary>
    /// crypt_blowfish's own vectors, and libxcrypt's hashes of characters beyond ASCII and of 71 bytes with a character across the cut.
    /// </summary>
    [Theory]
    [InlineData("", "CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy")]
    [InlineData("U*U", "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*", "CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK")]
    [InlineData("U*U*U", "XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    [InlineData("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
        "abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui")]
    [InlineData("\u00a3", "/OK.fbVrR/bpIqNJ5ianF.crQZGxQ7hWEf.fNKRjrYcudfgPvGbVK")]
    [InlineData("\u043f\u0430\u0440\u043e\u043b\u044c", "/OK.fbVrR/bpIqNJ5ianF.jbfRzzfJTlC3i..FklhHA0FCt83tObu")]
    [InlineData("na\u00efve \U0001f642", "/OK.fbVrR/bpIqNJ5ianF.oBW9VfXwbQFHrkS3XA4D8SewQ03RVz2")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u00e9",
        "/OK.fbVrR/bpIqNJ5ianF.GTHQr2PimUGrXn3SS.M0DO0PHmFb6r.")]
    public void TheKnownHashes(string password, string hash)
    {
        foreach (var version in "aby")
        {
            Assert.Equal($"$2{version}$05${hash}", Hash(password, $"$2{version}$05${hash[..22]}"));
            Assert.Equal($"$2{version}$05${hash}", Hash(password, $"$2{version}$05${hash}"));
        }
    }

    [Fact]
    public void OfAPasswordTheFirst72BytesCount()
    {
        var hash = Hash(new string('x', 72), Setting);
        Assert.Equal(hash, Hash(new string('x', 73), Setting));
        Assert.Equal(hash, Hash(new string('x', 511), Setting));
        Assert.Equal(hash, Hash($"{new string('x', 72)}\u00e9", Setting));
        Assert.NotEqual(hash, Hash(new string('x', 71), Setting));
        Assert.NotEqual(hash, Hash($"{new string('x', 71)}y", Setting));

        // A character across the cut counts by its first byte, which these two share.
        Assert.Equal(Hash($"{new string('x', 71)}\u00e9", Setting), Hash($"{new string('x', 71)}\u00e8", Setting));
    }

    [Fact]
    public void WithANulAPasswordHasTheHashOfAnother() => Assert.Equal(Hash("secret", Setting), Hash("secret\0secret", Setting));

    public static TheoryData<byte[]> NotUtf8 =>
        [[0xa3], [0xff, 0xff, 0xa3], [.. "secret"u8, 0xc3], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [.. Enumerable.Repeat((byte)0x80, 511)]];

    [Theory]
    [MemberData(nameof(NotUtf8))]
    public void APasswordThatIsNotUtf8HasNoHashAndTakesAsLong(byte[] password)
    {
        Assert.Null(Bcrypt.Hash(password, Setting));
        var setting = Setting.Replace("$04$", "$08$", StringComparison.Ordinal);
        var (wrong, good) = (double.MaxValue, double.MaxValue);

        // More rounds than the runtime takes to recompile the hash for speed: if it does so within the last, one of the two looks slow.
        for (var i = 0; i < 25; i++)
            (good, wrong) = (Math.Min(good, Milliseconds("secret"u8, setting)), Math.Min(wrong, Milliseconds(password, setting)));
        Assert.True(wrong > good / 2, $"{wrong} ms, and {good} for one that is UTF-8");
    }

    /// <summary>Of this thread's CPU: what else the machine does has no part in it.</summary>
    static double Milliseconds(ReadOnlySpan<byte> password, string setting)
    {
        var begun = Libc.ThreadCpuTime();
        Bcrypt.Hash(password, setting);
        return (Libc.ThreadCpuTime() - begun) / 1e6;
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("*0")]
    [InlineData("$2y$04$short")]
    [InlineData("$2y$04$")]
    [InlineData("$2y$03$X0h1gDsPszWURQaxFh.zou")]
    [InlineData("$2y$32$X0h1gDsPszWURQaxFh.zou")]
    [InlineData("$2y$0a$X0h1gDsPszWURQaxFh.zou")]
    [InlineData("$2y$4$X0h1gDsPszWURQaxFh.zou")]
    [InlineData("$2z$04$X0h1gDsPszWURQaxFh.zou")]
    [InlineData("$1$abcdefgh$0123456789abcdef")]
    public void ABadSettingHasNoHash(string setting) => Assert.Null(Hash("secret", setting));

    [Fact]
    public void EverySaltThatTheReaderAcceptsHasAHash()
    {
        var random = new Random(20261130);
        for (var i = 0; i < 200; i++)
        {
            var setting = $"$2{"aby"[i % 3]}$04${new string(random.GetItems<char>(Alphabet, 53))}";

            // Of the salt's last character four bits are unused.
            Assert.StartsWith(setting[..28], Hash("secret", setting), StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void RandomPasswordsHaveTheHashesOfTheSystem()
    {
        Skip.IfNot(
            NativeLibrary.TryLoad("libcrypt.so.1", out var library) || NativeLibrary.TryLoad("libcrypt.so.2", out library),
            "the system has no libcrypt");
        var crypt = Marshal.GetDelegateForFunctionPointer<Crypt>(NativeLibrary.GetExport(library, "crypt_r"));
        var random = new Random(20261201);
        for (var i = 0; i < 300; i++)
        {
            var password = new StringBuilder();
            for (var length = random.Next(100); length > 0; length--)
                password.Append(Character(random));
            var setting = $"$2{"aby"[i % 3]}$04${new string(random.GetItems<char>(Alphabet, 22))}";
            var expected = Marshal.PtrToStringUTF8(
                crypt(Encoding.UTF8.GetBytes($"{password}\0"), Encoding.ASCII.GetBytes($"{setting}\0"), new byte[160 * 1024]));
            Assert.Equal((password.ToString(), expected), (password.ToString(), Hash(password.ToString(), setting)));
        }
    }

    /// <summary>Of one to four bytes, but for NUL.</summary>
    static Rune Character(Random random)
    {
        Rune rune;
        while (!Rune.TryCreate(random.Next(1, random.Next(4) switch { 0 => 0x80, 1 => 0x800, 2 => 0x10000, _ => 0x110000 }), out rune))
        {
        }
        return rune;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate nint Crypt(byte[] phrase, byte[] setting, byte[] data);
}
