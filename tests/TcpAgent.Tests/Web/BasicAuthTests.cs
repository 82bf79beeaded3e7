using System.Globalization;
using System.Net;
using System.Text;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>Who is let in, and what each answer costs, counted in hashes and not in time.</summary>
public sealed class BasicAuthTests : IDisposable
{
    // Of "secret".
    const string Cheap = "$2y$04$X0h1gDsPszWURQaxFh.zouZdfSt7HzEy4CLiI.zRYe8se5CVhYyZ.";

    static readonly Dictionary<string, string> s_one = new() { ["alice"] = Cheap };

    readonly PasswordWorker _worker;
    readonly BasicAuth _auth;
    readonly List<int> _costs = [];
    readonly ManualResetEventSlim _go = new(initialState: true);

    public BasicAuthTests()
    {
        _worker = new PasswordWorker(Count, TimeProvider.System);
        _auth = new BasicAuth(_worker);
    }

    /// <summary>Calls the library for costs that cost nothing, and says no to others.</summary>
    string? Count(ReadOnlySpan<byte> password, string setting)
    {
        _go.Wait();
        var cost = int.Parse(setting.AsSpan(4, 2), CultureInfo.InvariantCulture);
        lock (_costs)
            _costs.Add(cost);
        return cost == 4 ? Bcrypt.Hash(password, setting) : null;
    }

    public void Dispose()
    {
        _go.Set();
        _worker.Dispose();
    }

    static string Header(string credentials) => Header(Encoding.UTF8.GetBytes(credentials));

    static string Header(byte[] credentials) => $"Basic {Convert.ToBase64String(credentials)}";

    Task<(Admission Admission, int Work)> Try(string credentials, Dictionary<string, string>? users = null) =>
        Try(Encoding.UTF8.GetBytes(credentials), users);

    async Task<(Admission Admission, int Work)> Try(byte[] credentials, Dictionary<string, string>? users = null)
    {
        lock (_costs)
            _costs.Clear();
        var admission = await _auth.Check(users ?? s_one, Header(credentials), IPAddress.Parse("192.0.2.1"));
        lock (_costs)
            return (admission, _costs.Sum(cost => 1 << cost));
    }

    [Fact]
    public async Task ARightPasswordIsCheckedOnceAndKnownFromThenOn()
    {
        Assert.Equal((Admission.Granted, 16), await Try("alice:secret"));
        Assert.Equal((Admission.Granted, 0), await Try("alice:secret"));
        Assert.Equal((Admission.Refused, 16), await Try("alice:secreT"));
        Assert.Equal((Admission.Refused, 16), await Try("alice:secreT"));
    }

    [Fact]
    public async Task AKnownPasswordIsForgottenWithItsHashAndWithItsUser()
    {
        Assert.Equal(Admission.Granted, (await Try("alice:secret")).Admission);
        Assert.Equal(Admission.Refused, (await Try("alice:secret", new() { ["alice"] = Cheap[..^1] + "a" })).Admission);
        Assert.Equal(Admission.Refused, (await Try("alice:secret", new() { ["bob"] = Cheap })).Admission);
        Assert.Equal((Admission.Granted, 0), await Try("alice:secret"));
    }

    [Fact]
    public async Task AnUnknownUserCostsWhatAWrongPasswordDoes()
    {
        Assert.Equal((Admission.Refused, 16), await Try("alice:wrong"));
        Assert.Equal((Admission.Refused, 16), await Try("mallory:wrong"));
        Assert.Equal((Admission.Refused, 16), await Try(":"));

        // Of users with hashes of different cost neither is told from the other, nor from nobody.
        var users = new Dictionary<string, string> { ["alice"] = Cheap, ["bob"] = Cheap.Replace("$04$", "$09$", StringComparison.Ordinal) };
        Assert.Equal((Admission.Refused, 512), await Try("alice:wrong", users));
        Assert.Equal((Admission.Refused, 512), await Try("bob:wrong", users));
        Assert.Equal((Admission.Refused, 512), await Try("mallory:wrong", users));
        Assert.Equal((Admission.Granted, 16), await Try("alice:secret", users));
    }

    [Fact]
    public async Task APasswordThatIsNotUtf8CostsWhatAWrongOneDoes()
    {
        Assert.Equal((Admission.Refused, 16), await Try([.. "alice:"u8, 0xff, 0xfe]));
        Assert.Equal((Admission.Refused, 16), await Try([.. "alice:secret"u8, 0xc3]));
        Assert.Equal((Admission.Refused, 16), await Try([.. "mallory:"u8, 0x80]));

        // Not taken for the one with U+FFFD, which decoding makes of it.
        var users = new Dictionary<string, string> { ["alice"] = Bcrypt.Hash("\ufffd"u8, Cheap)! };
        Assert.Equal((Admission.Refused, 16), await Try([.. "alice:"u8, 0xff], users));
        Assert.Equal((Admission.Granted, 16), await Try("alice:\ufffd", users));
    }

    [Fact]
    public async Task AHasherThatThrowsCostsOneRequestAndNotTheWorker()
    {
        using var worker = new PasswordWorker(
            (password, setting) => password.SequenceEqual("throw"u8)
                ? throw new InvalidOperationException("a mistake")
                : Bcrypt.Hash(password, setting), TimeProvider.System);
        var auth = new BasicAuth(worker);
        for (var i = 0; i < 8; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(
                async () => await auth.Check(s_one, Header("alice:throw"), IPAddress.Loopback));
            Assert.Equal(Admission.Granted, await auth.Check(s_one, Header("alice:secret"), IPAddress.Loopback));
        }
    }

    [Fact]
    public async Task NeitherTheHashNorTheDecoysPasswordIsAPassword()
    {
        Assert.Equal(Admission.Granted, (await Try("alice:secret")).Admission);
        Assert.Equal(Admission.Refused, (await Try($"alice:{Cheap}")).Admission);
        Assert.Equal(Admission.Refused, (await Try($"alice{Cheap}:secret")).Admission);
        Assert.Equal(Admission.Refused, (await Try($"alic:e{Cheap}secret")).Admission);
        Assert.Equal(Admission.Refused, (await Try($"mallory:{Cheap}secret")).Admission);
    }

    [Fact]
    public async Task TwoUsersWhosePartsRunTogetherAlikeAreNotTakenForOneAnother()
    {
        var hash = Bcrypt.Hash(Encoding.UTF8.GetBytes($"{Cheap}x"), Cheap)!;
        var users = new Dictionary<string, string> { ["a"] = hash, [$"a{hash}"] = Cheap };
        Assert.Equal(Admission.Granted, (await Try($"a:{Cheap}x", users)).Admission);
        Assert.Equal(Admission.Refused, (await Try($"a{hash}:x", users)).Admission);
    }

    [Fact]
    public async Task AFloodWaitsInABoundedQueueAndTheOldestOfTheGreatestClientMakesRoom()
    {
        Assert.Equal(Admission.Granted, (await Try("alice:secret")).Admission);
        _go.Reset();
        var flood = new List<Task<Admission>>();
        for (var i = 0; i < 300; i++)
            flood.Add(_auth.Check(s_one, Header($"alice:wrong{i}"), IPAddress.Parse("192.0.2.1")).AsTask());
        var others = new List<Task<Admission>>();
        for (var i = 0; i < 20; i++)
            others.Add(_auth.Check(s_one, Header($"alice:wrong{i + 300}"), IPAddress.Parse($"198.51.100.{i}")).AsTask());
        Assert.All(others, other => Assert.False(other.IsCompleted));

        // One is being checked.
        for (var i = 0; i < 200 && flood.Count(task => !task.IsCompleted) > PasswordQueue.MaxWaiting - 19; i++)
            await Task.Delay(50);
        Assert.InRange(flood.Count(task => !task.IsCompleted), PasswordQueue.MaxWaiting - 21, PasswordQueue.MaxWaiting - 19);
        Assert.All(flood.Where(task => task.IsCompleted), task => Assert.Equal(Admission.Busy, task.Result));

        // Who is known need not wait.
        Assert.Equal((Admission.Granted, 0), await Try("alice:secret"));
        _go.Set();
        Assert.All(await Task.WhenAll([.. flood, .. others]), admission => Assert.NotEqual(Admission.Granted, admission));
    }

    [Fact]
    public async Task ManyAtOnceWithOnePasswordAreCheckedOnce()
    {
        _go.Reset();
        var many = Enumerable.Range(0, 1000).Select(_ => _auth.Check(s_one, Header("alice:secret"), IPAddress.Loopback).AsTask()).ToArray();
        _go.Set();
        Assert.All(await Task.WhenAll(many), admission => Assert.Equal(Admission.Granted, admission));
        Assert.Single(_costs);
    }

    [Theory]
    [InlineData("alice", "secret", "Basic YWxpY2U6c2VjcmV0")]
    [InlineData("alice", "secret", "bAsIc   YWxpY2U6c2VjcmV0 ")]
    [InlineData("alice", "a:b", "Basic YWxpY2U6YTpi")]
    [InlineData("", "", "Basic Og==")]
    [InlineData(null, null, "Basic")]
    [InlineData(null, null, "Basic ")]
    [InlineData(null, null, "Bearer YWxpY2U6c2VjcmV0")]
    [InlineData(null, null, "Basic YWxpY2U")]
    [InlineData(null, null, "Basic YWxpY2U=")]
    [InlineData(null, null, "Basic ****")]
    [InlineData(null, null, "Basic YWxpY2U6AGI=")]
    [InlineData(null, null, "Basic YWxpY2U6c2VjcmV0AHNlY3JldA==")]
    [InlineData(null, null, "")]
    public void TheHeaderIsReadAsRfc7617Says(string? user, string? password, string header)
    {
        var isGood = BasicAuth.TryParse(header, out var actualUser, out var actualPassword);
        Assert.Equal(user is not null, isGood);
        if (isGood)
            Assert.Equal((user, password), (actualUser, Encoding.UTF8.GetString(actualPassword)));
        Assert.False(BasicAuth.TryParse(new([header, header]), out _, out _));
        Assert.False(BasicAuth.TryParse(default, out _, out _));
        Assert.False(BasicAuth.TryParse(Header("a:" + new string('x', 512)), out _, out _));
    }
}
